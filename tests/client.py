"""A test client that logs in, adds CSRF tokens and refuses broken pages."""

from __future__ import annotations

import os
from collections import Counter
from contextvars import Context
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from extensions import db
from models import User
from services import logins, transaction
from services.clock import utc_now

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
RAW_TOKEN = "a" * 40
NO_PAGE = (301, 302, 303, 304)
IS_CHECKED = os.environ.get("TEST_DATABASE") != "postgresql"  # the pages are the same: once is enough


class Page(HTMLParser):
    """What a browser would stumble over: open tags, double ids, fields without a label."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.in_label = 0
        self.tags: Counter[str] = Counter()
        self.faults: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        if self.open:
            self.faults.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._see(tag, dict(attrs))
        if tag not in VOID:
            self.open.append(tag)
            self.in_label += tag == "label"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._see(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
            return
        self.open.pop()
        self.in_label -= tag == "label"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def _see(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tags[tag] += 1
        if identity := attributes.get("id"):
            self.ids[identity] += 1
        if "style" in attributes or any(name.startswith("on") for name in attributes):
            self.faults.append(f"inline style or script in <{tag}>")
        if tag == "label" and attributes.get("for"):
            self.labelled.add(str(attributes["for"]))
        is_field = tag in ("input", "select", "textarea") and attributes.get("type") not in ("hidden", "submit")
        if is_field and not (self.in_label or attributes.get("aria-label") or attributes.get("aria-labelledby")):
            self.fields.append(attributes)

    def check(self, *, whole: bool) -> None:
        faults = list(self.faults)
        faults += [f"double id {name}" for name, count in self.ids.items() if count > 1]
        faults += [f"no label: {field}" for field in self.fields if field.get("id") not in self.labelled]
        if whole:
            faults += [f"{self.tags[tag]} of <{tag}>" for tag in ("h1", "title", "main") if self.tags[tag] != 1]
        assert not faults, "\n".join(faults)


class Client(FlaskClient):
    """Flask's client; HTML it gets is checked, changing requests carry a good token unless told otherwise."""

    def log_in(self, user: User) -> Client:
        """Begin a login for the user in this browser."""
        transaction.may_write()
        token = logins.open_login(user, ip="127.0.0.1", user_agent="test", now=utc_now())
        transaction.commit()
        self._put_in_session(_user_id=token, _fresh=True)
        return self

    def _put_in_session(self, **values: object) -> None:
        def put() -> None:
            with self.session_transaction() as session:
                session.update(values)

        Context().run(put)

    def csrf_token(self) -> str:
        self._put_in_session(csrf_token=RAW_TOKEN)
        secret = self.application.secret_key
        return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(RAW_TOKEN))  # type: ignore[arg-type]

    def post(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """POST with a good token in the form; csrf=False leaves it out."""
        data = kwargs.get("data")
        if csrf and (data is None or isinstance(data, dict)):
            kwargs["data"] = {"csrf_token": self.csrf_token(), **(data or {})}
        return super().post(*args, **kwargs)

    def download(self, address: str) -> TestResponse:
        """What a POST leads to, which a browser saves."""
        begun = self.post(address)
        assert begun.status_code == 303, begun.status
        return self.get(begun.location)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request as a server sees it: in a context of its own, the test's transaction ended (it would lock)."""
        db.session.rollback()
        answer = Context().run(super().open, *args, **kwargs)
        if IS_CHECKED and answer.mimetype == "text/html" and answer.status_code not in NO_PAGE and answer.data:
            html = answer.get_data(as_text=True)
            Page(html).check(whole=html.lstrip().lower().startswith("<!doctype"))
        return answer
