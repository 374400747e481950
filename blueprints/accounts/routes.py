"""Access to an account."""

from __future__ import annotations
