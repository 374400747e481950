"""The product with a mail server in its settings."""

from __future__ import annotations

import dataclasses

import pytest

from config import Settings
from tests.smtp import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def by_smtp(app, monkeypatch, port) -> Settings:
    """The product with a mail server in its settings; nothing listens there yet."""
    chosen: Settings = dataclasses.replace(
        app.config["SETTINGS"],
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=port,
        SMTP_SECURITY="none",
        MAIL_FROM="post@handslag.example",
    )
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    return chosen
