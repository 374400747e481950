"""A photo that was taken in is drawn once, also where kill -9 takes the worker, or all, while it waits or is drawn."""

from __future__ import annotations

import os
import re
import signal
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.cookiejar import CookieJar
from io import BytesIO
from typing import NamedTuple

import pytest
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import create_app
from config import Settings
from extensions import db
from models import Photo, StoredFile
from services import storage
from services.clock import utc_now
from tests.factories import PASSWORD, Make
from tests.ground.product import PATIENCE_SECONDS, Product, children, is_gone, kill_worker, wait_for
from tests.pictures import photo

Start = Callable[..., Product]
DRAWN = ["photo", "photo_paper", "photo_thumb"]


class Found(NamedTuple):
    """What the product has of its one photo: its row, what its files are for, and what lies on the disk."""

    state: str
    attempts: int
    files: list[str]
    on_disk: int


class Rows:
    """The rows of the product that runs, seen from another process: this one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.app = create_app(Settings.from_environment(environment))
        with self._open():
            make = Make(self.app)
            firm = make.firm()
            self.firm_public_id, self.email = firm.public_id, make.owner(firm).email
            self.n = make.quote(firm, make.customer(firm)).n
            db.session.commit()

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def photo(self) -> Found:
        with self._open():
            (one,) = db.session.query(Photo)
            kept = sorted(file.purpose for file in db.session.query(StoredFile))
            on_disk = [path for path in storage.folder(self.firm_public_id).rglob("*") if path.is_file()]
            return Found(one.state, one.attempts, kept, len(on_disk))

    def is_ready(self) -> bool | None:
        """And what came in is gone, which goes after the commit."""
        found = self.photo()
        return (found.state == "ready" and found.on_disk == len(found.files)) or None

    def stop(self, process: int) -> None:
        """Stop it while nobody else writes: one that is stopped in the middle of a transaction locks all others out."""
        with self._open():
            db.session.execute(text("SELECT 1"))  # a transaction that may write begins IMMEDIATE
            os.kill(process, signal.SIGSTOP)

    def let_the_lease_run_out(self) -> None:
        with self._open():
            db.session.query(Photo).update({Photo.lease_until: utc_now() - timedelta(seconds=1)})
            db.session.commit()
            self.app.extensions["wake"]("draw_photos")  # as every minute does
            self.app.extensions["queue"].huey.storage.close()


class Jonas:
    """Someone with a browser without scripts."""

    def __init__(self, address: str, rows: Rows) -> None:
        self.quote = f"{address}/offerter/{rows.n}"
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        login = {"email": rows.email, "password": PASSWORD, "csrf_token": self._token(f"{address}/logga-in")}
        self._open(f"{address}/logga-in", urllib.parse.urlencode(login).encode())

    def _open(self, url: str, data: bytes | None = None, **headers: str) -> bytes:
        asked = urllib.request.Request(url, data, headers)  # noqa: S310  (our own address)
        with self.browser.open(asked, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())

    def _token(self, url: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._open(url).decode())
        assert found
        return found[1]

    def uploads(self, data: bytes) -> str:
        """The page that answers."""
        token = self._token(f"{self.quote}/redigera")
        fields = {"csrf_token": token, "foton": FileStorage(BytesIO(data), filename="IMG_1.jpg")}
        boundary, body = encode_multipart(fields)
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._open(f"{self.quote}/foton", body, **kind).decode()

    def sees(self) -> list[bytes]:
        """The photos of the builder."""
        page = self._open(f"{self.quote}/redigera").decode()
        return [self._open(f"{self.quote}/foton/{one}") for one in re.findall(r"/foton/([^/\"]+/liten\.jpg)", page)]


def ready(rows: Rows) -> None:
    """The jobs run at the turn of a minute at the latest."""
    with suppress(AssertionError):
        wait_for(rows.is_ready)
        return
    wait_for(rows.is_ready)


def kill_all(product: Product) -> None:
    family = [product.process.pid, *product.whole_family()]
    for process in family:
        os.kill(process, signal.SIGKILL)
    product.process.wait(PATIENCE_SECONDS)
    wait_for(lambda: all(map(is_gone, family)) or None)


@pytest.mark.parametrize("kill", [kill_worker, kill_all])
def test_a_photo_that_waits_is_drawn_by_the_next_start(start: Start, environment: dict[str, str], kill) -> None:
    product = start()
    address = product.address()
    rows = Rows(environment)
    rows.stop(product.worker())  # so that it waits
    data = photo()
    page = Jonas(address, rows).uploads(data)
    assert "Bearbetas" in page
    assert rows.photo() == Found("waiting", 0, ["photo_in"], 1)
    kill(product)
    assert rows.photo() == Found("waiting", 0, ["photo_in"], 1)

    again = start()
    jonas = Jonas(again.address(), rows)
    ready(rows)
    assert rows.photo() == Found("ready", 1, DRAWN, 3)
    (shown,) = jonas.sees()
    assert shown.startswith(b"\xff\xd8")
    assert "Fotot finns redan." in jonas.uploads(data), "he is not sure that it came and sends it again"
    assert len(jonas.sees()) == 1


@pytest.mark.parametrize("kill", [kill_worker, kill_all])
def test_a_photo_that_is_being_drawn_is_drawn_again(start: Start, environment: dict[str, str], kill) -> None:
    product = start()
    address, worker = product.address(), product.worker()
    rows = Rows(environment)
    Jonas(address, rows).uploads(photo((4000, 3000)))
    draws = wait_for(lambda: children(worker) or None)
    kill(product)
    wait_for(lambda: all(map(is_gone, draws)) or None)
    found = rows.photo()
    assert (found.state, found.attempts, found.files) == ("waiting", 1, ["photo_in"])

    again = start()
    jonas = Jonas(again.address(), rows)
    rows.let_the_lease_run_out()
    ready(rows)
    found = rows.photo()
    assert (found.state, found.attempts, found.files) == ("ready", 2, DRAWN)
    assert len(jonas.sees()) == 1
