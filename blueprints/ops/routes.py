"""Health."""

from __future__ import annotations
