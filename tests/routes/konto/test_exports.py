"""Asking for everything, waiting for it, downloading it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from domain.clock import stockholm_date
from exchange import locked_zip
from extensions import db
from jobs import make_exports
from models import Event, Export, Firm, Login, User
from services import events, storage
from services.clock import utc_now
from tests.factories import PASSWORD

HTMX = {"HX-Request": "true"}


@pytest.fixture
def firm(make):
    firm = make.firm()
    make.quote(firm, make.customer(firm))
    return firm


@pytest.fixture
def owner(client, make, firm):
    owner = make.owner(firm)
    client.log_in(owner)
    return owner


@pytest.fixture
def asked(client, owner) -> str:
    """The address of an export that waits."""
    answer = client.post("/konto/export")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.fixture
def ready(asked: str) -> str:
    assert make_exports.run(utc_now()).done == 1
    return asked


def test_the_page_counts_what_there_is(client, owner):
    page = client.get("/konto").get_data(as_text=True)
    assert "Hämta allt i en ZIP-fil" in page
    assert "Filen finns i 24 timmar." in page
    assert "Säg upp kontot" in page


@pytest.mark.parametrize(("hours", "words"), [(1, "1 timme"), (36, "36 timmar"), (48, "2 dagar"), (168, "7 dagar")])
def test_how_long_it_is_there_is_said_in_words(app, hours, words):
    with app.test_request_context("/konto"):
        assert f"Filen finns i {words}." in app.jinja_env.get_template("konto/_hours.html").render(hours=hours)


def test_a_suspended_firm_takes_its_data_out(client, owner):
    db.session.execute(db.update(Firm).values(standing="suspended", standing_at=utc_now(), standing_reason="other"))
    db.session.commit()
    asked = client.post("/konto/export").headers["Location"]
    assert make_exports.run(utc_now()).done == 1
    assert client.download(f"{asked}/fil").status_code == 200
    assert "Skapa ZIP-fil" in client.get("/konto").get_data(as_text=True)


def test_page_without_export_says_so_by_silence(client, owner):
    assert 'id="export"' not in client.get("/konto").get_data(as_text=True)


def test_while_it_waits_the_part_asks_again(client, asked):
    for address in ("/konto", asked):
        page = client.get(address).get_data(as_text=True)
        assert "Väntar på sin tur" in page
        assert f'hx-get="{asked}" hx-trigger="every 3s"' in page
    part = client.get(asked, headers=HTMX)
    assert part.status_code == 200
    assert part.get_data(as_text=True).lstrip().startswith('<div class="stack" id="export"')
    assert "HX-Request" in part.headers["Vary"]


def test_when_it_is_done_the_part_stops_asking(client, ready):
    part = client.get(ready, headers=HTMX)
    assert part.status_code == 286
    assert "hx-trigger" not in part.get_data(as_text=True)
    assert client.get(ready).status_code == 200
    assert "tumbredd-snickeri-" in client.get("/konto").get_data(as_text=True)


def test_progress_is_shown(client, asked, app):
    db.session.execute(db.update(Export).values(state="running", progress_percent=40))
    db.session.commit()
    assert "Skapas … 40\xa0%" in client.get(asked).get_data(as_text=True).replace("40 %", "40\xa0%")


def test_failure_is_shown(client, asked, app):
    db.session.execute(db.update(Export).values(state="failed"))
    db.session.commit()
    assert client.get(asked, headers=HTMX).status_code == 286
    assert "Filen gick inte att göra." in client.get(asked).get_data(as_text=True)


def test_download(client, ready, firm):
    number = firm.id
    answer = client.download(f"{ready}/fil")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "tumbredd-snickeri-" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    data = answer.get_data()
    assert len(data) == int(answer.headers["Content-Length"])
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    acts = [event.act for event in events.of_object(number, f"export:{ready.rsplit('/', 1)[1]}")]
    assert acts == ["export.made", "export.downloaded"]


LOCK = "hyvel spik 7 takstol"


def test_a_locked_one_opens_with_its_password_alone(client, owner):
    asked = client.post("/konto/export", data={"password": LOCK}).headers["Location"]
    sealed = db.session.query(Export).one().password
    assert sealed is not None
    assert LOCK.encode() not in sealed
    assert make_exports.run(utc_now()).done == 1
    export = db.session.query(Export).one()
    assert (export.is_locked, export.password) == (True, None)
    page = client.get(asked).get_data(as_text=True)
    assert export.sha256 in page
    assert "7-Zip" in page
    answer = client.download(f"{asked}/fil")
    assert "-med-losenord.zip" in answer.headers["Content-Disposition"]
    file = io.BytesIO(answer.get_data())
    assert zipfile.ZipFile(file).namelist()[0].endswith(f"{stockholm_date(utc_now())}.zip")
    inner = b"".join(locked_zip.pieces(file, LOCK))
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(inner)).namelist()


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("kort", "minst 10 tecken"),
        ("tumbreddsnickeri", "lätt att gissa"),
        ("ö" * 3 + "hyvelspik79qw", "läser inte alla program lika"),
        ("q7" * 50, "högst 99 tecken"),
    ],
)
def test_a_weak_password_is_told(client, owner, password, words):
    answer = client.post("/konto/export", data={"password": password})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert f'value="{password}"' in page
    assert db.session.query(Export).count() == 0


def test_the_suggestion_is_strong(client, owner):
    page = client.get("/konto").get_data(as_text=True)
    suggested = re.search(r"\b((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</p>", page)
    assert suggested
    assert client.post("/konto/export", data={"password": suggested[1]}).status_code == 303


def test_cancelled(client, asked):
    assert client.post(f"{asked}/avbryt").headers["Location"] == asked
    assert client.post(f"{asked}/avbryt").status_code == 303  # a double click
    assert make_exports.run(utc_now()).done == 0
    assert "Du avbröt. Ingen fil är kvar." in client.get(asked).get_data(as_text=True)
    assert 'id="export"' not in client.get("/konto").get_data(as_text=True)
    assert [row.act for row in db.session.query(Event) if row.act.startswith("export")] == ["export.cancelled"]
    assert client.post(f"{asked}/fil").status_code == 404
    assert client.post("/konto/export").headers["Location"] != asked


def test_one_that_is_ready_is_cancelled_too_late(client, ready):
    assert client.post(f"{ready}/avbryt").status_code == 303
    assert client.download(f"{ready}/fil").status_code == 200


def test_a_colleague_is_told_and_gets_nothing(client, asked, make, firm):
    db.session.execute(db.update(Export).values(state="running", progress_percent=40))
    db.session.execute(db.update(User).values(name="Kim Lind"))
    db.session.commit()
    client.log_in(make.user(db.session.merge(firm), email="annan@tumbredd.example"))
    for answer in (client.get("/konto"), client.post("/konto/export")):
        page = answer.get_data(as_text=True)
        assert "Kim Lind gör en ZIP-fil just nu." in page
        assert "Den har kommit till 40 %" in page
        assert "Skapa ZIP-fil" not in page
    assert answer.status_code == 409
    assert client.post(f"{asked}/avbryt").status_code == 404
    assert db.session.query(Export).count() == 1


@pytest.mark.parametrize(("free", "words"), [(0, "Väntar på plats"), (1 << 50, "Försöker strax igen")])
def test_what_one_that_was_put_back_waits_for(client, asked, monkeypatch, free, words):
    db.session.execute(db.update(Export).values(lease_until=utc_now()))
    db.session.commit()
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=free))
    assert words in client.get(asked).get_data(as_text=True)


def test_a_get_begins_no_download(app, client, ready, owner):
    assert client.get(f"{ready}/fil").status_code == 404
    assert client.post(f"{ready}/fil").headers["Location"] == f"{ready}/fil"
    for method in (client.get, client.head):
        assert method(f"{ready}/fil").status_code == 200
    other = app.test_client()
    other.log_in(db.session.merge(owner))
    assert other.get(f"{ready}/fil").status_code == 404, "the password was typed in another browser"


def test_one_that_has_begun_goes_on_for_hours_without_the_password(client, ready):
    client.post(f"{ready}/fil")
    now = utc_now()
    for hours, status in ((2.9, 206), (3.1, 404)):
        with time_machine.travel(now + timedelta(hours=hours)):
            assert client.get(f"{ready}/fil", headers={"Range": "bytes=9-"}).status_code == status


@pytest.fixture
def whole(client, ready):
    """The address of a download that has begun, with what it gives."""
    answer = client.download(f"{ready}/fil")
    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")
    assert answer.headers["ETag"] == f'"{db.session.query(Export).one().sha256}"'
    return f"{ready}/fil", answer.get_data()


@pytest.mark.parametrize(
    ("asked_for", "first", "last"),
    [("0-0", 0, 0), ("1-", 1, None), ("500-1499", 500, 1499), ("100-99999999", 100, None), ("-7", -7, None)],
)
def test_a_download_that_was_cut_off_goes_on(client, whole, asked_for, first, last):
    address, data = whole
    answer = client.get(address, headers={"Range": f"bytes={asked_for}"})
    assert answer.status_code == 206
    part = data[first : None if last is None else last + 1]
    assert answer.get_data() == part
    assert answer.headers["Content-Length"] == str(len(part))
    begin = first % len(data)
    assert answer.headers["Content-Range"] == f"bytes {begin}-{begin + len(part) - 1}/{len(data)}"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_part_across_the_chunks_that_lie_on_the_disk(client, owner, ready):
    size, export = 5 * 65536 + 17, db.session.query(Export).one()
    data = bytes(range(251)) * (size // 251 + 1)
    storage.write(owner.firm.public_id, export.public_id, [data[:size]])
    export.size_bytes = size
    db.session.commit()
    client.post(f"{ready}/fil")
    for first, last in ((65535, 65536), (65536, 131071), (1, 200000), (262144, size - 1), (size - 1, size - 1)):
        answer = client.get(f"{ready}/fil", headers={"Range": f"bytes={first}-{last}"})
        assert answer.get_data() == data[first : last + 1]


@pytest.mark.parametrize(
    "asked_for", ["bytes=0-1,4-5", "bytes=9-3", "bytes=x-", "lines=1-2", "bytes", "bytes=-99999999"]
)
def test_what_is_no_single_part_gets_the_whole(client, whole, asked_for):
    address, data = whole
    answer = client.get(address, headers={"Range": asked_for})
    assert (answer.status_code, answer.get_data()) == (200, data)


def test_a_part_beyond_the_end(client, whole):
    address, data = whole
    answer = client.get(address, headers={"Range": f"bytes={len(data)}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(data)}")


@pytest.mark.parametrize(
    ("validator", "status"),
    [('"{etag}"', 206), ('"other"', 200), ('W/"{etag}"', 200), ("Sat, 21 Nov 2026 10:00:00 GMT", 200)],
)
def test_only_the_same_file_goes_on(client, whole, validator, status):
    address, data = whole
    etag = db.session.query(Export).one().sha256
    headers = {"Range": "bytes=10-", "If-Range": validator.format(etag=etag)}
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.get_data()) == (status, data[10:] if status == 206 else data)
    assert client.head(address, headers=headers).status_code == 200, "a range is of a GET alone"


def test_asking_twice_is_one(client, asked):
    assert client.post("/konto/export").headers["Location"] == asked


@pytest.mark.parametrize("what", ["/konto/export", "download"])
def test_an_old_password_is_asked_for_again(client, ready, what):
    db.session.execute(db.update(Login).values(fresh_at=utc_now() - timedelta(minutes=6)))
    db.session.commit()
    answer = client.post(f"{ready}/fil" if what == "download" else what)
    assert answer.status_code == 303
    assert "next=" in answer.headers["Location"]


def test_a_lock_that_was_typed_before_the_own_password_is_not_forgotten_in_silence(client, owner):
    assert "skriv lösenordet till den igen" not in client.get("/konto").get_data(as_text=True)
    db.session.execute(db.update(Login).values(fresh_at=utc_now() - timedelta(minutes=6)))
    db.session.commit()
    confirm = client.post("/konto/export", data={"password": LOCK}).headers["Location"]
    goal = parse_qs(urlsplit(confirm).query)["next"][0]
    assert client.post(confirm, data={"password": PASSWORD, "next": goal}).headers["Location"] == goal
    page = client.get(goal).get_data(as_text=True)
    assert "skriv lösenordet till den igen" in page
    assert db.session.query(Export).count() == 0


def test_another_firm_gets_404(client, ready, make):
    client.log_in(make.owner(make.firm("Annan")))
    assert "gör en ZIP-fil" not in client.get("/konto").get_data(as_text=True)
    assert client.get(ready).status_code == 404
    assert client.post(f"{ready}/fil").status_code == 404
    assert client.get(f"{ready}/fil").status_code == 404


def test_another_owner_of_the_firm_gets_404(client, ready, make, firm):
    client.log_in(make.user(db.session.merge(firm), email="annan@tumbredd.example"))
    assert client.get(ready).status_code == 404
    assert client.post(f"{ready}/fil").status_code == 404
    assert client.post(f"{ready}/avbryt").status_code == 404


@pytest.mark.parametrize("role", ["office", "seller", "worker"])
def test_other_roles_get_403(client, ready, make, firm, role):
    client.log_in(make.user(db.session.merge(firm), role=role))
    for answer in (
        client.get("/konto"),
        client.get(ready),
        client.post("/konto/export"),
        client.post(f"{ready}/fil"),
        client.get(f"{ready}/fil"),
        client.post(f"{ready}/avbryt"),
    ):
        assert answer.status_code == 403


def test_after_its_hours_it_is_gone(client, ready):
    with time_machine.travel(utc_now() + timedelta(hours=24, minutes=1)):
        db.session.execute(db.update(Login).values(fresh_at=utc_now()))
        db.session.commit()
        assert "Filen finns inte kvar." in client.get(ready).get_data(as_text=True)
        assert client.post(f"{ready}/fil").status_code == 404
        assert 'id="export"' not in client.get("/konto").get_data(as_text=True)
