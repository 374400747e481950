"""Account and data."""

from __future__ import annotations
