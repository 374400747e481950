"""A sign of life of the background work: a file in DATA_DIR that it touches every minute."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from services.installation import settings


def _file() -> Path:
    return settings().DATA_DIR / "worker.alive"


def beat() -> None:
    _file().touch(mode=0o600)


def last() -> datetime | None:
    """When the background work was last heard of."""
    try:
        return datetime.fromtimestamp(_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
