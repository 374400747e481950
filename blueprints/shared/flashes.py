"""Messages after a redirect, with or without an undo; templates/_parts/flashes.html shows them as a toast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash


def undoable(text: str, undo_url: str, fields: Mapping[str, object] | None = None) -> None:
    """Say what was done, with a button that undoes it: a POST to `undo_url` with these hidden fields."""
    message: Any = {"text": text, "undo": undo_url, "fields": dict(fields or {})}
    flash(message)
