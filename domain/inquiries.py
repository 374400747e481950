"""How much a request through a firm's public form may hold."""

from __future__ import annotations

MOST_PHOTOS = 8
MOST_AT_ONCE_BYTES = 64 * 1024 * 1024  # of one request; scripts make photos small before they are sent
TEXT_CHARACTERS = 4000
LEAST_SECONDS = 3  # nobody reads and fills the form in less
