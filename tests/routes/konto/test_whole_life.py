"""The whole life of a firm under a moved clock: it comes, works, leaves, is erased, and goes on working elsewhere."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import time_machine

from domain.clock import stockholm_date
from extensions import db
from jobs import schedule
from mail.letters import LETTERS
from models import Agreement, Closing, ErasureReceipt, Firm, Letter, Quote, User
from services import checkpoints, events, storage, transaction
from services.clock import utc_now
from services.installation import settings as installed
from tests.client import Client
from tests.factories import PASSWORD, Make
from tests.routes.deal.conftest import Sent, send, token_of
from tests.second import Home, second_home

OWNER, NAME = "jonas@tumbredd.example", "Tumbredd Snickeri"
DAY = timedelta(days=1)


def work() -> None:
    """Every job there is, as the clock stands."""
    for name in schedule.WHEN:
        assert schedule.run(name, utc_now()).failed == 0, name
    transaction.may_write()


def link_in(app, kind: str) -> str:
    """Path of the link in the newest letter of the kind."""
    db.session.rollback()
    row = db.session.query(Letter).filter_by(kind=kind).order_by(Letter.id.desc()).first()
    assert row is not None, kind
    with app.test_request_context(base_url=installed().base_url):
        letter = LETTERS[row.kind]({"firm_id": row.firm_id, **json.loads(row.params)})
    paths = [urlsplit(found).path for found in re.findall(r"https?://\S+", letter.text)]
    return next(path for path in paths if path.count("/") == 2)


def register(app, name: str) -> None:
    """A firm by the form, its address proved by the mailed link."""
    client = app.test_client()
    page = client.get("/registrera").text
    shown = dict(re.findall(r'name="(once|texts)" value="([^"]*)"', page))
    typed = {"firm_name": name, "email": OWNER, "password": PASSWORD, "accept": "y"}
    assert client.post("/registrera", data={**shown, **typed}).status_code == 303
    path = link_in(app, "confirm_email")
    token = client.get(path)
    assert token.status_code in (200, 303)
    confirm_at = token.location or path
    client.post(confirm_at, data={})
    db.session.rollback()
    assert db.session.query(User).filter_by(email=OWNER).one().email_confirmed_at is not None


def logged_in(app) -> Client:
    client: Client = app.test_client()
    answer = client.post("/logga-in", data={"email": OWNER, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/"), answer.text
    return client


def approved(app, make: Make, quote: Quote) -> Sent:
    """Sent, opened by its link, approved, and its paper sealed by the worker."""
    firm_id = quote.firm_id
    quote = send(make, quote)
    client = app.test_client()
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    sent = Sent(make, firm_id, quote.id, quote.public_id, client)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    work()
    agreement = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    assert agreement.sealed_at is not None
    return sent


def a_working_firm(app, make: Make) -> Sent:
    register(app, NAME)
    firm = db.session.query(Firm).filter_by(name=NAME).one()
    return approved(app, make, make.quote(firm, make.customer(firm)))


def taken_out(client: Client) -> bytes:
    """The ZIP, asked for and downloaded by the owner."""
    state = client.post("/konto/export").location
    assert state.startswith("/konto/export/")
    work()
    answer = client.download(f"{state}/fil")
    assert answer.mimetype == "application/zip"
    return answer.data


def is_whole(firm_id: int) -> bool:
    db.session.rollback()
    return events.verify(db.session.get_one(Firm, firm_id)) is None


def leave(app, sent: Sent, start: datetime, clock) -> bytes:
    """Terminated, customers told, taken out on the last day; nothing is left the day after."""
    client = logged_in(app)
    typed = {"password": PASSWORD, "has_data": "y", "choice": "erase_all"}
    assert client.post("/konto/avsluta/bekrafta", data=typed).location == "/konto/avsluta/kvitto"
    assert stockholm_date(db.session.query(Closing).one().erase_after) == stockholm_date(start) + 30 * DAY
    clock.move_to(start + 2 * DAY)
    work()
    assert "page_closes" in sent.letters()
    refused = logged_in(app).post("/kunder", data={"kind": "private", "name": "Sent Omsider"})
    assert refused.status_code == 409
    clock.move_to(start + 29 * DAY)
    work()
    assert sent.get("/avtal").status_code == 200
    clock.move_to(start + 30 * DAY)
    work()
    archive = taken_out(logged_in(app))
    assert is_whole(sent.firm_id)
    clock.move_to(start + 31 * DAY)
    work()
    work()  # the last letter goes with the next round
    return archive


def nothing_is_left(app, public_id: str) -> None:
    db.session.rollback()
    assert db.session.query(Firm).count() == db.session.query(User).count() == db.session.query(Quote).count() == 0
    assert not storage.folder(public_id).exists()
    assert not (installed().keys_dir / f"{public_id}.key").exists()
    receipt = db.session.query(ErasureReceipt).filter_by(firm_public_id=public_id).one()
    assert app.test_client().get(f"/kvitto/{receipt.number}").status_code == 200
    refused = app.test_client().post("/logga-in", data={"email": OWNER, "password": PASSWORD})
    assert refused.status_code == 422
    last = db.session.query(Letter).one()
    assert (last.kind, last.state, last.to_address, last.firm_id) == ("firm_erased", "sent", "", None)


def arrive(home: Home, archive: bytes, public_id: str) -> int:
    """The owner registers where the firm lives next, and hands the archive in; the firm's key here."""
    register(home.app, "Tom tills vidare")
    client = logged_in(home.app)
    upload = {"losen": "", "fil": (io.BytesIO(archive), "tumbredd.zip")}
    assert client.post("/konto/flytta-hit", data=upload).location == "/konto/flytta-hit/lage"
    work()
    client.get("/konto/flytta-hit/lage")
    assert client.get("/konto/inflyttad").status_code == 200
    db.session.rollback()
    firm = db.session.query(Firm).one()
    assert (firm.public_id, firm.name) == (public_id, NAME)
    return firm.id


def test_from_the_first_day_to_the_next_home(app, make, settings, tmp_path):
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        sent = a_working_firm(app, make)
        public_id, deal_id, number = sent.firm.public_id, sent.deal_id, sent.quote.number
        archive = leave(app, sent, start, clock)
        nothing_is_left(app, public_id)
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            assert json.loads(opened.read("manifest.json"))["firm"] == {"id": public_id, "name": NAME}

        with second_home(tmp_path / "next", settings) as home, home.inside():
            firm_id = arrive(home, archive, public_id)
            client = logged_in(home.app)
            old = db.session.query(Quote).filter_by(firm_id=firm_id).one()
            assert (old.public_id, old.number, old.status) == (deal_id, number, "accepted")
            assert client.get(f"/offerter/{old.n}").status_code == 200
            assert client.post("/konto/inflyttad/lankar").status_code == 303
            work()
            clock.move_to(start + 40 * DAY)
            firm = db.session.get_one(Firm, firm_id)
            again = approved(home.app, home.make, home.make.quote(firm, home.make.customer(firm)))
            assert again.quote.number > number
            checkpoints.cover(utc_now())
            assert is_whole(firm_id)
