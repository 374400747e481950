"""Settings: one line each with type, unit and default. A missing secret stops the start.

Every setting is read from the environment variable of the same name. docs/settings.md lists them for operators.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from domain.closing_dates import FEWEST_DAYS, BadNotice, parse_notice
from domain.inactivity import FEWEST_MONTHS

ROOT = Path(__file__).resolve().parent


class SettingsError(Exception):
    """A setting has a value the product refuses to start with; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may decide. Units stand in the names."""

    DATA_DIR: Path = ROOT / "data"  # everything the product keeps
    KEYS_DIR: Path | None = None  # data keys of the firms; default DATA_DIR/keys, never in the database's backup
    DATABASE_URL: str = ""  # default: SQLite at DATA_DIR/handslag.db
    HOST: str = "127.0.0.1"  # address the web server listens on
    PORT: int = 8000  # TCP port
    BASE_URL: str = ""  # start of every mailed address; default http://127.0.0.1:PORT
    PRODUCTION: bool = False  # refuses http, weak secrets and the local mailbox page
    OPERATOR: str = ""  # who runs this installation: name and organisation number, shown on the legal pages
    OPERATOR_CONTACT: str = ""  # how to reach them about personal data: address of mail, post
    PROXIES: int = 0  # number of trusted reverse proxies in front
    WEB_WORKERS: int = 2  # web processes
    WEB_THREADS: int = 4  # threads per web process, for slow networks: each costs 2 MiB
    SMTP_HOST: str = ""  # empty: letters go to the local mailbox
    SMTP_PORT: int = 587
    SMTP_USER: str = ""
    SMTP_PASSWORD: str = field(default="", repr=False)
    SMTP_SECURITY: str = "starttls"  # starttls, tls or none
    MAIL_FROM: str = "handslag@localhost"  # sender address; the firm's name is put before it
    SMS_URL: str = ""  # empty: none are sent but from the user's own phone; on a trial they go to the local mailbox
    SMS_USER: str = ""
    SMS_PASSWORD: str = field(default="", repr=False)
    SMS_FROM: str = "Handslag"  # sender: at most 11 letters and digits, or a number such as +46701740605
    SMS_FORMAT: str = "form"  # form or json: how the provider takes from, to and message
    TSA_URL: str = ""  # time-stamp service (RFC 3161) for sealed papers; empty: they have no time stamp
    SEND_HOLD_SECONDS: int = 30  # how long a sending can be undone; 0: it goes at once
    LOGIN_IDLE_DAYS: int = 14
    LOGIN_MAX_DAYS: int = 90
    FRESH_MINUTES: int = 5  # how long a typed password counts as fresh
    EXPORT_HOURS: int = 24  # how long an export can be downloaded, at most 168
    IMPORT_MAX_GIB: int = 20  # the largest archive of another installation that is taken in
    NOTICE: str = "0"  # notice period before an account closes: days, or "1m" for a month by the calendar
    CLOSING_DAYS: int = 30  # reading and export after the closing, at least 30
    BACKUP_DAYS: int = 35  # when the operator's last backup of erased data is gone
    INACTIVE_MONTHS: int = 24  # accounts that nobody uses are terminated, after two warnings; 0: never
    LOCK_BOOKKEEPING: bool = True  # offer owners to leave bookkeeping locked until its legal date
    INQUIRY_DAYS: int = 365  # requests through public forms that no quote answered are erased after
    DISK_FREE_MIB: int = 200  # below this, uploads and exports are refused
    ARGON2_MEMORY_KIB: int = 19456
    ARGON2_TIME: int = 2

    @classmethod
    def from_environment(cls, environ: dict[str, str] | None = None, **given: Any) -> Settings:
        """Read the environment; `given` wins over it. Raises SettingsError."""
        env = dict(os.environ if environ is None else environ)
        if env.get("NOTICE_DAYS"):  # a notice period must not vanish unnoticed
            raise SettingsError("NOTICE_DAYS is NOTICE now: days, or 1m for a month by the calendar.")
        values: dict[str, Any] = {}
        for setting in fields(cls):
            if setting.name in given:
                values[setting.name] = given[setting.name]
            elif env.get(setting.name):
                values[setting.name] = _convert(setting.name, env[setting.name], setting.default)
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError where a value cannot be used."""
        if self.DATABASE_URL:
            self._check_database()
        if self.SMTP_SECURITY not in ("starttls", "tls", "none"):
            raise SettingsError("SMTP_SECURITY must be starttls, tls or none.")
        if self.SMS_FORMAT not in ("form", "json"):
            raise SettingsError("SMS_FORMAT must be form or json.")
        if self.SMS_URL and not self.SMS_URL.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise SettingsError("SMS_URL must begin with https://: the password goes there.")
        if self.TSA_URL and not self.TSA_URL.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise SettingsError("TSA_URL must begin with https://.")
        if not 0 <= self.SEND_HOLD_SECONDS <= 600:
            raise SettingsError("SEND_HOLD_SECONDS must be 0 to 600.")
        if not 0 < self.EXPORT_HOURS <= 168:
            raise SettingsError("EXPORT_HOURS must be 1 to 168.")
        if self.IMPORT_MAX_GIB < 1:
            raise SettingsError("IMPORT_MAX_GIB must be at least 1.")
        if self.CLOSING_DAYS < FEWEST_DAYS:
            raise SettingsError(f"CLOSING_DAYS must be at least {FEWEST_DAYS}: the law gives firms that time.")
        if self.INACTIVE_MONTHS and self.INACTIVE_MONTHS < FEWEST_MONTHS:
            raise SettingsError(f"INACTIVE_MONTHS must be 0 or at least {FEWEST_MONTHS}: two warnings come first.")
        try:
            parse_notice(self.NOTICE)
        except BadNotice:
            raise SettingsError("NOTICE must be 0 to 60 days, or 1m or 2m for months by the calendar.") from None
        if self.PRODUCTION and not self.base_url.startswith("https://"):
            raise SettingsError("PRODUCTION needs a BASE_URL that begins with https://.")

    def _check_database(self) -> None:
        scheme, _, rest = self.DATABASE_URL.partition("://")
        try:
            urlsplit(self.DATABASE_URL).port  # noqa: B018  (raises ValueError)
            is_one = scheme == "sqlite" or "@" not in rest.partition("/")[2]  # a / in the password cut it in two
        except ValueError:
            is_one = False
        if not is_one or scheme not in ("postgresql", "postgres", "postgresql+psycopg", "sqlite"):
            raise SettingsError(
                "DATABASE_URL must be postgresql://user:password@host/name; in the password / @ : ? # % are written as"
                " %2F %40 %3A %3F %23 %25."
            )

    @property
    def base_url(self) -> str:
        return (self.BASE_URL or f"http://127.0.0.1:{self.PORT}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def database_url(self) -> str:
        """SQLAlchemy address of the database; PostgreSQL goes through psycopg 3."""
        url = self.DATABASE_URL or f"sqlite:///{self.DATA_DIR / 'handslag.db'}"
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url[len(short) :]
        return url

    @property
    def keys_dir(self) -> Path:
        return self.KEYS_DIR or self.DATA_DIR / "keys"

    @property
    def secrets_dir(self) -> Path:
        return self.DATA_DIR / "secrets"

    @property
    def files_dir(self) -> Path:
        return self.DATA_DIR / "files"

    @property
    def sends_texts(self) -> bool:
        """Whether text messages leave by themselves; else a user sends them from the own phone."""
        return bool(self.SMS_URL) or self.shows_local_mailbox

    @property
    def shows_local_mailbox(self) -> bool:
        """The page /dev/mejl exists only on a trial installation: no mail server, and no https for the world."""
        return not self.PRODUCTION and not self.SMTP_HOST and not self.is_https


def _convert(name: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return text.strip().lower() in ("1", "true", "yes", "on")
        if isinstance(default, int):
            return int(text)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {text!r}.") from None
    if name.endswith("_DIR"):
        return Path(text).expanduser().resolve()
    return text
