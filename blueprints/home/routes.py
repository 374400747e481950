"""The first pages."""

from __future__ import annotations
