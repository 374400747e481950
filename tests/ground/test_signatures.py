"""A yes that was answered is never lost, nor completed twice, where kill -9 takes the worker at its work."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

from app import create_app
from config import Settings
from exchange import verifiera
from extensions import db
from models import Agreement, Event, Firm, Letter, StoredFile
from services import storage, verification
from services.clock import utc_now
from tests.factories import Make
from tests.ground.product import PATIENCE_SECONDS, Product, children, kill_worker, wait_for
from tests.routes.deal.conftest import CARRIED, send, token_of


class Deals:
    """The rows of the product that runs, seen from another process: this one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.app = create_app(Settings.from_environment(environment))
        self.make = Make(self.app)

    @contextmanager
    def open(self) -> Iterator[None]:
        with self.app.test_request_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def send(self) -> str:
        """A quote; the way in of its customer."""
        with self.open():
            firm = self.make.firm()
            return "/l/" + token_of(send(self.make, self.make.quote(firm, self.make.customer(firm))))

    def are_complete(self) -> bool | None:
        with self.open():
            return db.session.query(Agreement).filter(Agreement.pdf_id.is_(None)).count() == 0 or None

    def wake(self) -> None:
        """As every minute does: what the killed one had in hand is not in the queue any more."""
        self.app.extensions["wake"]("draw_agreements")
        self.app.extensions["queue"].huey.storage.close()


def approve(address: str, way_in: str) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(address + way_in, timeout=PATIENCE_SECONDS).url + "/godkann"
    html = browser.open(page, timeout=PATIENCE_SECONDS).read().decode()
    typed = dict(re.findall(rf'name="(csrf_token|{CARRIED})"[^>]*value="([^"]*)"', html))
    typed |= {"name": "Karin Almgren", "home": "house", "fastighetsbeteckning": "LILLHAMRA 3:14"}
    typed |= {"personnummer": "19840601-2388", "e_signature": "y", "statement": "y"}
    with browser.open(page, urllib.parse.urlencode(typed).encode(), timeout=PATIENCE_SECONDS) as answer:
        assert answer.url.endswith("/avtal"), answer.url


def test_the_worker_is_killed_while_it_completes(start: Callable[..., Product], environment: dict[str, str]) -> None:
    product = start()
    deals, address = Deals(environment), product.address()
    for _ in range(2):
        approve(address, deals.send())
    wait_for(lambda: children(product.worker()) or None)  # a paper is being sealed
    kill_worker(product)
    start().address()
    deals.wake()
    wait_for(deals.are_complete)
    with deals.open():
        letters = Counter((row.quote_id, row.kind) for row in db.session.query(Letter))
        sealed = Counter(row.obj for row in db.session.query(Event).filter_by(act="doc.sealed"))
        assert list(sealed.values()) == [1, 1]
        for row in db.session.query(Agreement):
            assert (letters[row.quote_id, "quote_approved"], letters[row.quote_id, "quote_approved_to_firm"]) == (1, 1)
            file, firm = db.session.get_one(StoredFile, row.pdf_id), db.session.get_one(Firm, row.firm_id)
            pdf = storage.read(firm.public_id, file)
            assert verifiera.verdict(verifiera.check(verifiera.unpack(verifiera.inside(pdf)), pdf=pdf)) == 0
        db.session.rollback()
        assert verification.check(utc_now()).findings == ()
