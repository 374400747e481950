"""This installation: its settings and secrets, bound to the app by create_app."""

from __future__ import annotations

from typing import cast

from flask import current_app

from config import Settings
from services.keys import Secrets


def settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def secrets() -> Secrets:
    return cast(Secrets, current_app.config["SECRETS"])
