"""What an attacker's tools see of a page: its forms and addresses; and a fingerprint of all that is stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select

from extensions import db
from models import Base

ANSWERS = {  # what fields want before the others are looked at
    "email": "nils.ny@kund.example",
    "name": "Nils Ny",
    "text": "En rad",
    "quantity": "2",
    "price": "100",
    "question": "Hur då?",
    "contract": "Offert 1",
    "valid_until": "2027-01-15",
}
TYPED = {"text", "email", "tel", "password", "search", "url", "number", "textarea"}


@dataclass
class Form:
    """One form as a browser would send it untouched."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)  # names of the fields for free text


class Parts(HTMLParser):
    """Forms, addresses and attributes of one page or part of it."""

    def __init__(self, html: str, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.forms: list[Form] = []
        self.addresses: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self._form: Form | None = None
        self._area = self._select = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in given.items()]
        for name in ("href", "src", "hx-get"):
            if given.get(name):
                self.addresses.add(urljoin(self.base, given[name]))
        if tag == "form":
            self._form = Form(urljoin(self.base, given.get("action", "")), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and given.get("name") and "disabled" not in given:
            self._field(tag, given)
        elif tag == "option" and self._form is not None and self._select:
            self._form.values.setdefault(self._select, given.get("value", ""))
            if "selected" in given:
                self._form.values[self._select] = given.get("value", "")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given["name"], given.get("type", "text") if tag == "input" else tag
        self._area, self._select = (name if tag == "textarea" else ""), (name if tag == "select" else "")
        if kind in TYPED:
            self._form.typed.add(name)
        if kind in ("radio", "checkbox") and "checked" not in given:
            return
        if kind not in ("submit", "file", "select", "button"):
            self._form.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""


def filled(form: Form) -> dict[str, str]:
    values = {name: value or ANSWERS.get(name, "") for name, value in form.values.items() if name != "csrf_token"}
    return {**{name: ANSWERS.get(name, "") for name in form.typed if name not in values}, **values}


def form_on(client, path: str, action: str) -> Form:
    """The form of a page whose action ends so; its action as a path."""
    found = Parts(client.get(path).text, path).forms
    form = next(form for form in found if form.action.split("?")[0].endswith(action))
    form.action = own_path(form.action, path)
    return form


def crawl(client, *starts: str, skip: tuple[str, ...] = ("/static/", "/dev/"), most: int = 300) -> dict[str, str]:
    """Every page that is reached from `starts` by its own addresses: path with query -> body as text."""
    waiting, found = list(starts), dict[str, str]()
    while waiting and len(found) < most:
        path = waiting.pop()
        if path in found or path.startswith(skip):
            continue
        answer = client.get(path)
        assert answer.status_code < 500, path
        body = answer.get_data()
        found[path] = body.decode("utf-8", "replace")
        answer.close()
        if answer.status_code in (302, 303):
            waiting.append(own_path(answer.location, path))
        elif answer.mimetype == "text/html":
            waiting += [own_path(address, path) for address in Parts(found[path], path).addresses]
        waiting = [path for path in waiting if path]
    return found


def own_path(address: str, base: str) -> str:
    """The path and query of an address on this host, else nothing."""
    parts = urlsplit(urljoin(base, address))
    if parts.netloc not in ("", "localhost") or parts.scheme not in ("", "http"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def stored() -> dict[str, str]:
    """A fingerprint of every table."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    db.session.rollback()
    return found


def everything() -> str:
    """All values of all rows, as text to search in."""
    db.session.rollback()
    text = "\n".join(
        f"{table.name} {tuple(row)!r}"
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )
    db.session.rollback()
    return text
