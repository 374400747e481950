"""The session's cookie: believed within its time, and never mixed up with what another answer was told."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import flash, get_flashed_messages, session

from services.clock import utc_now


def cookie_of(app, content, *, at=None):
    with time_machine.travel(at or utc_now(), tick=False):
        return app.session_interface.get_signing_serializer(app).dumps(content)


def opened(app, cookie):
    name = app.config["SESSION_COOKIE_NAME"]
    return app.test_request_context("/", headers={"Cookie": f"{name}={cookie}"})


def test_a_cookie_is_read_again_and_again(app):
    cookie = cookie_of(app, {"kept": "yes"})
    for _ in range(2):
        with opened(app, cookie):
            assert session["kept"] == "yes"


def test_a_cookie_past_its_time_is_empty_also_when_it_was_believed_before(app):
    cookie = cookie_of(app, {"kept": "yes"})
    with opened(app, cookie):
        assert session["kept"] == "yes"
    with time_machine.travel(utc_now() + app.permanent_session_lifetime + timedelta(minutes=1), tick=False):
        with opened(app, cookie):
            assert not session


def test_a_cookie_of_another_time_or_key_is_empty(app):
    with opened(app, cookie_of(app, {"kept": "yes"}, at=utc_now() + timedelta(hours=1))):
        assert not session
    payload, _, signature = cookie_of(app, {"kept": "yes"}).rpartition(".")
    with opened(app, f"{payload}.{signature[::-1]}"):
        assert not session


def test_what_one_answer_adds_is_not_read_by_the_next(app):
    cookie = cookie_of(app, {"_flashes": [("message", "first")]})
    with opened(app, cookie):
        flash("second")
        assert get_flashed_messages() == ["first", "second"]
    with opened(app, cookie):
        assert get_flashed_messages() == ["first"]
