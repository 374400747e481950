"""The evidence package of an agreement (security.md E-09, E-15; format: docs/evidence.md)."""
