"""Moving in from another installation: who may, what is refused, and that nothing is left of what is."""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from blueprints.konto import arriving
from blueprints.shared import streaming
from commands.moving import WHY_NOT_TAKEN_IN
from domain.evidence import ZERO_LINK
from exchange import locked_zip
from extensions import db
from jobs import take_in
from mail.letters import LETTERS
from models import Acceptance, Arrival, Customer, EarlierHome, Event, Firm, Letter, Login, QuoteLink, User
from services import keys, legal, logins, storage
from services.clock import utc_now
from services.exporting import operating
from services.importing import kept, links_again, merging, receiving
from services.installation import settings
from tests.conftest import empty_database
from tests.routes.deal.conftest import send

HTMX = {"HX-Request": "true"}
HERE, STATE = "/konto/flytta-hit", "/konto/flytta-hit/lage"
ARCHIVE = b"PK\x03\x04" + bytes(range(256)) * 1000


@pytest.fixture
def owner(client, make):
    owner = make.owner(make.firm("Tom AB"))
    client.log_in(owner)
    return owner


@pytest.fixture(autouse=True)
def _no_archives():
    yield
    shutil.rmtree(settings().DATA_DIR / "arrivals", ignore_errors=True)


def hand_in(client, data=ARCHIVE, password="", name="tumbredd.zip"):
    return client.post(HERE, data={"losen": password, "fil": (io.BytesIO(data), name)})


def arrivals():
    return db.session.query(Arrival).order_by(Arrival.id).all()


def left_behind():
    return [path.name for path in (settings().DATA_DIR / "arrivals").glob("*")]


def test_an_archive_is_kept_as_it_comes(client, owner):
    assert "Flytta hit" in client.get("/konto").text
    assert client.get(HERE).status_code == 200
    answer = hand_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, STATE)
    (row,) = arrivals()
    assert (row.state, row.asker, row.asker_firm) == ("queued", owner.public_id, owner.firm.public_id)
    assert row.size_bytes == len(ARCHIVE)
    with kept.open(row.public_id) as file:
        assert file.read() == ARCHIVE
    assert left_behind() == [row.public_id]
    assert ARCHIVE[:2000] not in (settings().DATA_DIR / "arrivals" / row.public_id).read_bytes()


def test_a_locked_archive_comes_out_of_its_cover(client, owner):
    cover = b"".join(locked_zip.locked([ARCHIVE], name="a.zip", password="hemligt ord", stamp=(2026, 11, 21, 1, 2, 3)))
    for password, said in (("", "Filen är låst"), ("fel", "Lösenordet öppnar inte")):
        answer = hand_in(client, cover, password)
        assert answer.status_code == 422
        assert said in answer.text
        assert not arrivals()
        assert not left_behind()
    assert hand_in(client, cover, "hemligt ord").status_code == 303
    (row,) = arrivals()
    with kept.open(row.public_id) as file:
        assert file.read() == ARCHIVE
    assert left_behind() == [row.public_id]


def test_nothing_is_left_of_what_is_no_whole_file(client, owner, monkeypatch):
    assert "Välj filen" in client.post(HERE, data={"losen": "", "fil": (io.BytesIO(b""), "")}).text
    assert "tom" in hand_in(client, b"").text
    form = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}\r\n'
    form += '--x\r\nContent-Disposition: form-data; name="fil"; filename="a.zip"\r\n\r\nPK'
    cut = client.post(HERE, data=form.encode(), content_type="multipart/form-data; boundary=x", csrf=False)
    assert cut.status_code == 422
    assert "inte hela vägen" in cut.text
    monkeypatch.setattr(kept, "GIB", 1000)
    large = hand_in(client, bytes(30_000))
    assert large.status_code in (413, 422)
    assert not arrivals()
    assert not left_behind()


def test_a_body_without_a_length_is_counted_as_it_comes(client, owner, monkeypatch):
    monkeypatch.setattr(kept, "GIB", 10_000)
    form = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}\r\n'
    form += '--x\r\nContent-Disposition: form-data; name="fil"; filename="a.zip"\r\n\r\n'
    body = io.BytesIO(form.encode() + bytes(300_000) + b"\r\n--x--\r\n")
    answer = client.post(
        HERE,
        csrf=False,
        data=b"",
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code in (413, 422)
    assert not left_behind()


def test_an_upload_that_drips_is_given_up(client, owner, monkeypatch):
    monkeypatch.setattr(streaming, "PIECE_SECONDS", 0.2)
    form = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}\r\n'
    form += '--x\r\nContent-Disposition: form-data; name="fil"; filename="a.zip"\r\n\r\nPK'
    here, there = socket.socketpair()

    class Body(io.BytesIO):
        def readinto(self, buffer):
            return super().readinto(buffer) or len(here.recv(1))  # waits for more until it is hung up

    with here, there:
        answer = client.post(
            HERE,
            csrf=False,
            data=b"",
            input_stream=Body(form.encode()),
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"gunicorn.socket": here, "CONTENT_LENGTH": "5000000"},
        )
    assert answer.status_code == 422
    assert not left_behind()


def test_one_at_a_time(client, owner):
    assert hand_in(client).status_code == 303
    assert client.get(HERE).headers["Location"] == STATE
    second = hand_in(client)
    assert second.status_code == 409
    assert "redan på väg in" in second.text
    assert len(arrivals()) == 1
    assert len(left_behind()) == 1


def test_the_disk_is_not_filled_for_others(client, owner, monkeypatch):
    free_mib = shutil.disk_usage(settings().DATA_DIR).free // (1024 * 1024)
    monkeypatch.setattr(receiving, "settings", lambda: replace(settings(), DISK_FREE_MIB=free_mib // 3))
    assert hand_in(client).status_code == 503
    assert not arrivals()
    assert not left_behind()


def test_cancelled_it_leaves_nothing_and_one_may_try_again(client, owner):
    hand_in(client)
    assert client.post(HERE + "/avbryt").status_code == 303
    assert client.post(HERE + "/avbryt").status_code == 303
    assert [row.state for row in arrivals()] == ["cancelled"]
    assert not left_behind()
    assert "avbruten" in client.get(STATE).text
    assert hand_in(client).status_code == 303


def test_the_state_is_asked_for_until_it_is_done(client, owner, make):
    assert client.get(STATE).status_code == 404
    hand_in(client)
    part = client.get(STATE, headers=HTMX)
    assert part.status_code == 200
    assert "every 3s" in part.text
    (row,) = arrivals()
    row.state, row.reason, row.report = "refused", "chain", json.dumps({"where": "bevis/kedja.jsonl:7"})
    db.session.commit()
    part = client.get(STATE, headers=HTMX)
    assert part.status_code == 286
    assert "Händelsekedjan håller inte" in part.text
    assert "kedja.jsonl:7" in part.text
    (row,) = arrivals()
    row.state = "done"
    db.session.commit()
    part = client.get(STATE, headers=HTMX)
    assert (part.status_code, part.headers["HX-Redirect"]) == (286, "/konto/inflyttad")
    assert client.get(STATE).headers["Location"] == "/konto/inflyttad"


@pytest.mark.parametrize(("path", "headers"), [("/kunder", {}), ("/kunder", HTMX), ("/installningar/mig", {})])
def test_a_press_in_the_moment_of_the_merge_is_told_so(client, owner, make, monkeypatch, path, headers):
    firm_id = make.firm("Tumbredd Snickeri").id
    arrival = Arrival(asker=owner.public_id, asker_firm=owner.firm.public_id, report="{}", created_at=utc_now())

    def merged(found, *, now):
        merging.merge(arrival, db.session.get_one(Firm, firm_id), now)
        db.session.commit()

    with monkeypatch.context() as patched:
        patched.setattr(logins, "touch", merged)  # after the login is read, and before the act
        answer = client.post(
            path,
            headers=headers,
            data={"kind": "private", "name": "Karin", "email": "k@kund.example", "language": "sv"},
        )
    assert answer.status_code == 409
    assert "flyttade in just när du tryckte" in answer.text
    assert db.session.query(Customer).count() == 0
    assert "Tumbredd Snickeri" in client.get("/konto").text


def test_every_reason_has_words(app):
    why = app.jinja_env.get_template("konto/_arrival_words.html").module.why
    codes = [*WHY_NOT_TAKEN_IN.keys() - {"arriving"}, "fault", "not_empty"]
    assert [code for code in codes if not why(code) or "Koden" in why(code)] == []
    assert "q7" in why("q7")


def test_only_an_empty_firm_may(client, owner, make):
    make.customer(owner.firm)
    assert "bara till ett tomt företag" in client.get(HERE).text
    answer = hand_in(client)
    assert answer.status_code == 409
    assert not arrivals()
    assert not left_behind()
    assert "Flytta hit" not in client.get("/konto").text


def test_the_address_is_confirmed_first(client, owner):
    owner.email_confirmed_at = None
    db.session.commit()
    assert "Bekräfta din e-postadress" in client.get(HERE).text
    assert hand_in(client).status_code == 409
    assert not left_behind()


def test_the_password_is_fresh(client, owner):
    db.session.query(Login).update({"fresh_at": utc_now() - timedelta(hours=1)})
    db.session.commit()
    assert "/losenord" in client.get(HERE).headers["Location"]
    assert hand_in(client).status_code == 303
    assert not arrivals()
    assert not left_behind()


def test_others_may_not(client, make, owner):
    other = client.application.test_client()
    other.log_in(make.user(owner.firm, role="office"))
    assert other.get(HERE).status_code == 403
    assert hand_in(other).status_code == 403
    assert other.get("/konto/inflyttad").status_code == 403
    assert other.post("/konto/inflyttad/lankar").status_code == 403
    stranger = client.application.test_client()
    assert hand_in(stranger).headers["Location"].startswith("/logga-in")
    assert stranger.post(HERE, csrf=False, data={"fil": (io.BytesIO(b"x"), "a.zip")}).status_code == 403
    assert client.put(HERE).status_code == 405
    assert not arrivals()


def test_a_firm_sees_its_own_arrival_alone(client, make, owner):
    hand_in(client)
    other = client.application.test_client()
    other.log_in(make.owner(make.firm("Granne AB")))
    assert other.get(STATE).status_code == 404
    assert other.post(HERE + "/avbryt").status_code == 303
    assert [row.state for row in arrivals()] == ["queued"]


@pytest.fixture
def moved(client, make):
    """A firm that has come from elsewhere, with a quote that lies with a customer."""
    firm = make.firm()
    send(make, make.quote(firm, make.customer(firm)))
    client.log_in(make.owner(firm))
    now = utc_now() + timedelta(seconds=1)
    home = EarlierHome(firm_id=firm.id, n=1, installation="0" * 16, address="https://gammal.example", left_at=now)
    home.arrived_at, home.archive_sha256, home.seq, home.link = now, "0" * 64, last_seq(firm.id), ZERO_LINK
    db.session.add(home)
    db.session.commit()
    return firm


def last_seq(firm_id):
    return db.session.query(db.func.max(Event.seq)).filter_by(firm_id=firm_id).scalar() or 0


def test_the_terms_of_here_are_accepted_before_anything_is_sent(client, moved):
    assert client.get("/").headers["Location"] == "/konto/villkor"
    refused = client.post("/konto/inflyttad/lankar")
    assert refused.status_code == 409
    assert "godkänna villkoren" in refused.text
    assert client.post("/konto/villkor", data={"texts": "old", "accept": "y"}).status_code == 422
    assert client.post("/konto/villkor", data={"texts": legal.fingerprint()}).status_code == 422
    for _double_click in range(2):
        accept(client)
    rows = db.session.query(Acceptance).filter_by(firm_id=moved.id).all()
    assert sorted(row.document for row in rows) == sorted(legal.ACCEPTED)
    assert client.get("/").status_code == 200
    assert client.post("/konto/inflyttad/lankar").status_code == 303


def accept(client):
    assert client.post("/konto/villkor", data={"texts": legal.fingerprint(), "accept": "y"}).status_code == 303


def test_new_links_go_once(client, moved):
    firm = moved
    accept(client)
    page = client.get("/konto/inflyttad")
    assert page.status_code == 200
    assert "gammal.example" in page.text
    link = db.session.query(QuoteLink).filter_by(firm_id=firm.id).one()
    assert client.post("/konto/inflyttad/lankar").status_code == 303
    assert client.post("/konto/inflyttad/lankar").status_code == 303
    letters = db.session.query(Letter).filter_by(kind="link_moved").all()
    assert [(row.to_address, json.loads(row.params)) for row in letters] == [(link.email, {"link": link.public_id})]
    assert "Alla har fått sina nya länkar" in client.get("/konto/inflyttad").text
    resent = db.session.query(Event).filter_by(firm_id=firm.id, act="doc.resent").one()
    assert json.loads(resent.entry)["data"]["link_id"] == link.public_id


def test_a_long_list_is_cut_and_sent_whole(client, moved, make, monkeypatch):
    accept(client)
    for name in ("Per Berg", "Anna Lind"):
        send(make, make.quote(moved, make.customer(moved, name)))
    db.session.query(EarlierHome).update({"arrived_at": utc_now() + timedelta(seconds=5)})
    db.session.commit()
    monkeypatch.setattr(arriving, "SHOWN", 1)
    page = client.get("/konto/inflyttad")
    assert "Skicka 3 nya länkar" in page.text
    assert "och 2 till" in page.text
    monkeypatch.setattr(links_again, "MOST", 2)
    monkeypatch.setattr(links_again, "MOST_A_DAY", 2)
    with time_machine.travel(utc_now()) as clock:
        for status, sent in ((303, 2), (409, 2), (303, 3), (303, 3)):
            answer = client.post("/konto/inflyttad/lankar")
            assert answer.status_code == status
            assert status == 303 or "kom tillbaka i morgon" in answer.text
            assert db.session.query(Letter).filter_by(kind="link_moved").count() == sent
            if status == 409:
                clock.shift(timedelta(days=1, minutes=1))


def test_new_links_go_for_one_quote_and_never_for_revoked_ones(client, moved):
    firm = moved
    accept(client)
    assert client.post("/konto/inflyttad/lankar/77").status_code == 404
    link = db.session.query(QuoteLink).filter_by(firm_id=firm.id).one()
    link.revoked_at = utc_now()
    db.session.commit()
    assert client.post("/konto/inflyttad/lankar/1").status_code == 404
    client.post("/konto/inflyttad/lankar")
    assert not db.session.query(Letter).filter_by(kind="link_moved").count()


def test_a_firm_that_began_here_has_come_from_nowhere(client, owner):
    assert client.get("/konto/inflyttad").status_code == 404


def test_from_the_page_to_the_firm_that_was_elsewhere(client, app, make, tmp_path):
    """Registered here to move in: the same browser goes on in the firm that came, with what it had."""
    firm = make.firm("Tumbredd Snickeri")
    owner = make.owner(firm)
    email, public_id = owner.email, firm.public_id
    legal.accept_all(owner, actor=logins.actor_of(owner, ip="", user_agent=""), now=utc_now())
    db.session.commit()
    send(make, make.quote(firm, make.customer(firm)))
    operating.write(public_id, tmp_path / "a.zip", now=utc_now())
    assert any(name.startswith("villkor/") for name in zipfile.ZipFile(tmp_path / "a.zip").namelist())
    empty_database()
    keys.destroy_firm_key(settings(), public_id)
    shutil.rmtree(storage.folder(public_id))
    empty = make.firm("Tom AB")
    asker = make.owner(empty)
    asker.email, asker.name = email, "Jonas här"
    db.session.commit()
    legal.accept_all(asker, actor=logins.actor_of(asker, ip="", user_agent=""), now=utc_now())
    db.session.commit()
    client.log_in(asker)
    assert hand_in(client, (tmp_path / "a.zip").read_bytes()).status_code == 303
    assert "väntar på sin tur" in client.get(STATE).text
    assert take_in.run(utc_now()).done == 1
    (row,) = arrivals()
    assert (row.state, row.reason) == ("done", "")
    assert client.get(STATE).headers["Location"] == "/konto/inflyttad"
    page = client.get("/konto/inflyttad")
    assert "karin.almgren@kund.example" in page.text
    assert "Tom AB" not in page.text
    assert client.get("/").status_code == 200  # accepted on registering here
    assert db.session.query(Firm).one().public_id == public_id
    assert db.session.query(User).filter_by(email=email).one().name == "Jonas Ek"
    client.post("/konto/inflyttad/lankar")
    letter = db.session.query(Letter).filter_by(kind="link_moved").one()
    with app.test_request_context():
        drawn = LETTERS["link_moved"]({**json.loads(letter.params), "firm_id": letter.firm_id, "now": utc_now()})
    assert "Här är din nya länk till offerten" in drawn.text, drawn.text
    token = re.search(r"/l/\S+", drawn.text)[0]
    assert app.test_client().get(token).status_code in (302, 303)
    assert not left_behind()
