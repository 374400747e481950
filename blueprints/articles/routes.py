"""Price list."""

from __future__ import annotations
