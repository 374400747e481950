"""Columns, constraints and relationships; no rules, no queries."""
