"""Settings that cannot be used stop the start with a sentence."""

from __future__ import annotations

import pytest

from config import Settings, SettingsError


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SEND_HOLD_SECONDS": "-1"}, "SEND_HOLD_SECONDS"),
        ({"SEND_HOLD_SECONDS": "601"}, "SEND_HOLD_SECONDS"),
        ({"SEND_HOLD_SECONDS": "snart"}, "SEND_HOLD_SECONDS"),
        ({"NOTICE": "3m"}, "NOTICE"),
        ({"NOTICE_DAYS": "30"}, "NOTICE"),
        ({"CLOSING_DAYS": "29"}, "CLOSING_DAYS"),
        ({"DATABASE_URL": "mysql://u:p@localhost/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:p@localhost:x/y"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:h@st/l:v?7@localhost/y"}, "DATABASE_URL"),  # would ask the host "st"
        ({"SMS_FORMAT": "xml"}, "SMS_FORMAT"),
        ({"SMS_URL": "http://sms.example/a1"}, "SMS_URL"),
        ({"SMS_URL": "http://localhost.example/a1"}, "SMS_URL"),
    ],
)
def test_refused(given, named):
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment(given)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://handslag:h%40st%2Fl%3Av@localhost/handslag",
        "postgres://handslag@[::1]:5433/handslag",
        "postgresql:///handslag?host=/run/postgresql",
        "sqlite:////srv/a@b/handslag.db",
    ],
)
def test_databases(url):
    chosen = Settings.from_environment({"DATABASE_URL": url})
    assert url == chosen.DATABASE_URL


@pytest.mark.parametrize(
    ("given", "sends"),
    [
        ({}, True),  # a trial: the local mailbox
        ({"SMTP_HOST": "smtp.example"}, False),
        ({"SMTP_HOST": "smtp.example", "SMS_URL": "https://sms.example/a1"}, True),
        ({"BASE_URL": "https://offert.example.se"}, False),
    ],
)
def test_whether_text_messages_leave_by_themselves(given, sends):
    assert Settings.from_environment(given).sends_texts is sends


def test_the_password_is_in_no_repr():
    assert "hemligt" not in repr(Settings.from_environment({"SMS_PASSWORD": "hemligt"}))
