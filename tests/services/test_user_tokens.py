"""A mailed link is used once, also by twenty at once, and not after a restart."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from extensions import db
from models import UserToken
from services import tokens, transaction, user_tokens
from services.clock import utc_now
from services.errors import NotFound
from services.user_tokens import RESET_PASSWORD, LinkGone


@pytest.fixture
def token(make):
    row = user_tokens.issue(make.owner(make.firm()), RESET_PASSWORD, now=utc_now())
    signed = tokens.sign(RESET_PASSWORD, row.public_id)
    transaction.commit()
    return signed


def test_twenty_at_once_use_it_once(app, token):
    barrier, outcomes = Barrier(20), []

    def use() -> None:
        with app.app_context():
            transaction.may_write()
            barrier.wait()
            try:
                row, _ = user_tokens.read(RESET_PASSWORD, token, now=utc_now())
                user_tokens.use(row, now=utc_now())
                transaction.commit()
                outcomes.append("used")
            except LinkGone:
                transaction.rollback()
                outcomes.append("gone")
            finally:
                db.session.remove()

    threads = [Thread(target=use) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone"] * 19 + ["used"]
    db.engine.dispose()
    with pytest.raises(LinkGone):
        user_tokens.read(RESET_PASSWORD, token, now=utc_now())


def test_C21_a_link_outlives_the_change_of_the_key_while_the_old_one_is_kept(app, token, monkeypatch):
    own = app.config["SECRETS"]
    kept = replace(own, secret_keys=(*own.secret_keys, "k" * 64))
    monkeypatch.setitem(app.config, "SECRETS", kept)
    user_tokens.read(RESET_PASSWORD, token, now=utc_now())
    monkeypatch.setitem(app.config, "SECRETS", replace(own, secret_keys=("k" * 64,)))
    with pytest.raises(NotFound):
        user_tokens.read(RESET_PASSWORD, token, now=utc_now())


def test_a_row_of_another_purpose_is_unknown(app, token):
    row = db.session.query(UserToken).one()
    with pytest.raises(NotFound):
        user_tokens.read("confirm_email", tokens.sign("confirm_email", row.public_id), now=utc_now())


def test_a_link_to_an_address_that_changed_is_gone(app, token):
    _, user = user_tokens.read(RESET_PASSWORD, token, now=utc_now())
    user.email = "ny@tumbredd.example"
    db.session.commit()
    with pytest.raises(LinkGone):
        user_tokens.read(RESET_PASSWORD, token, now=utc_now())
