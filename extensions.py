"""Extensions, made here without an app. The database's transaction rules are in tables/engine.py."""

from __future__ import annotations

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from tables import engine  # noqa: F401  (registers the connection hooks)
from tables.base import Base
from tables.session import Session

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": Session})
login_manager = LoginManager()
csrf = CSRFProtect()
