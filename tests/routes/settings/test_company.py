"""/installningar/foretag: the firm's own data and its logo."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from PIL import Image

from extensions import db
from models import Event, Firm, StoredFile
from services import firms, storage

GOOD = {
    "name": "Tumbredd Snickeri AB",
    "orgnr": "16 878000 3656",
    "f_skatt": "y",
    "vat_number": "se 878000-3656 01",
    "street": "Verkstadsvägen 3",
    "postal_code": "99999",
    "city": "Lillhamra",
    "seat": "Lillhamra",
    "phone": "070-174 06 05",
    "email": "Kontakt@Tumbredd.example",
    "website": "www.tumbredd.example",
    "bankgiro": "50501055",
    "plusgiro": "9008004",
    "fiscal_year_ends": "6",
}


@pytest.fixture
def office(client, make, firm):
    return client.log_in(make.user(firm, role="office"))


def seen(client, path="/installningar/foretag"):
    return re.findall(r'name="seen" value="(\w+)"', client.get(path).get_data(as_text=True))[0]


def save(client, **given):
    return client.post("/installningar/foretag", data={"seen": seen(client), **GOOD, **given})


def stored():
    db.session.rollback()
    return db.session.query(Firm).order_by(Firm.id).first()


def acts():
    db.session.rollback()
    return [event for event in db.session.query(Event).order_by(Event.seq) if event.act == "firm.settings_changed"]


def test_saving_reads_what_swedes_type(office):
    answer = save(office)
    assert (answer.status_code, answer.location) == (303, "/installningar/foretag")
    assert firms.values(stored(), firms.COMPANY) == {
        **GOOD,
        "orgnr": "878000-3656",
        "f_skatt": True,
        "vat_number": "SE878000365601",
        "postal_code": "999 99",
        "phone": "+46701740605",
        "email": "kontakt@tumbredd.example",
        "website": "https://www.tumbredd.example",
        "bankgiro": "5050-1055",
        "plusgiro": "90 08 00-4",
        "fiscal_year_ends": 6,
    }
    changed = json.loads(acts()[0].entry)["data"]["fields"]
    assert set(changed) >= {"name", "street", "website"}
    assert "bankgiro" not in changed  # it was the same
    assert "Sparat." in office.get("/installningar/foretag").get_data(as_text=True)


def test_saving_the_same_again_is_no_event(office):
    save(office)
    save(office)
    assert len(acts()) == 1


def test_fields_can_be_emptied(office):
    save(office, **{name: "" for name in GOOD if name not in ("name", "email", "fiscal_year_ends")})
    assert (stored().orgnr, stored().f_skatt, stored().bankgiro) == ("", False, "")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Skriv företagets namn"),
        ("orgnr", "878000-3657", "Organisationsnumret har tio siffror"),
        ("orgnr", "12", "Organisationsnumret har tio siffror"),
        ("vat_number", "SE878000365701", "Momsnumret skrivs SE"),
        ("postal_code", "9999", "Postnumret har fem siffror"),
        ("phone", "ring mig", "Skriv ett telefonnummer"),
        ("email", "kontakt", "Skriv en e-postadress med @"),
        ("bankgiro", "5050-1056", "Bankgirot stämmer inte"),
        ("plusgiro", "900800-5", "Plusgirot stämmer inte"),
        ("street", "x" * 121, "högst 120 tecken"),
        ("website", "javascript:alert(1)", "Skriv en webbadress"),
        ("website", "data:text/html,x", "Skriv en webbadress"),
        ("website", "//evil.example", "Skriv en webbadress"),
        ("website", "https://a@evil.example", "Skriv en webbadress"),
        ("website", "https://", "Skriv en webbadress"),
        ("website", "firman", "Skriv en webbadress"),
        ("website", "http://[::1", "Skriv en webbadress"),
        ("website", "https://firman.se:99999", "Skriv en webbadress"),
        ("website", "https://fir man.se", "Skriv en webbadress"),
    ],
)
def test_bad_input_is_named_and_kept(office, field, typed, words):
    answer = save(office, **{field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) == 2
    assert f'value="{typed}"' in page
    assert 'value="Verkstadsvägen 3"' in page or field == "street"
    assert acts() == []


def test_two_tabs_do_not_overwrite_each_other(office):
    mine = seen(office)
    save(office, street="Andra vägen 1")
    late = office.post("/installningar/foretag", data={**GOOD, "seen": mine, "street": "Tredje vägen 9"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Andra vägen 1" in page
    assert 'value="Tredje vägen 9"' in page
    assert stored().street == "Andra vägen 1"
    again = re.findall(r'name="seen" value="(\w+)"', page)[0]
    kept = office.post("/installningar/foretag", data={**GOOD, "seen": again, "street": "Tredje vägen 9"})
    assert kept.status_code == 303
    assert stored().street == "Tredje vägen 9"


def test_forbidden_fields_are_not_stored(office):
    before = (stored().public_id, stored().id, stored().is_sample, stored().default_valid_days)
    save(office, public_id="x", id="99", is_sample="1", default_valid_days="1", logo_id="1", firm_id="2", csrf="x")
    assert (stored().public_id, stored().id, stored().is_sample, stored().default_valid_days) == before
    assert stored().logo_id is None


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("office", 200), ("seller", 403), ("worker", 403)])
def test_C25_roles(client, make, firm, role, status):
    client.log_in(make.user(firm, role=role))
    assert client.get("/installningar/foretag").status_code == status
    assert client.get("/installningar/offert").status_code == status
    for path in ("foretag", "offert", "logotyp", "logotyp/ta-bort"):
        assert (client.post(f"/installningar/{path}").status_code == 403) == (status == 403)
    assert client.get("/installningar/mig").status_code == 200


def test_another_firms_data_is_never_shown_or_changed(make, client, office):
    other = make.firm("Hemliga Golv", street="Markörgatan 77")
    save(office, firm_id=str(other.id), id=str(other.id), public_id=other.public_id)
    db.session.rollback()
    assert db.session.get_one(Firm, other.id).street == "Markörgatan 77"
    assert "Markörgatan" not in office.get("/installningar/foretag").get_data(as_text=True)


# the logo


def picture(size=(40, 20), kind="PNG", **given):
    kept = BytesIO()
    Image.new("RGB", size, "red").save(kept, kind, **given)
    return kept.getvalue()


def upload(client, data, name="logo.png"):
    """A multipart body as bytes: the test client would leave its own temporary file open."""
    file_name = name.replace('"', "%22").replace("\r\n", "%0D%0A")
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="logo"; filename="{file_name}"\r\n\r\n'
    )
    body = head.encode() + data + b"\r\n--x--\r\n"
    return client.post("/installningar/logotyp", data=body, content_type="multipart/form-data; boundary=x")


def test_a_logo_is_kept_shown_and_replaced(office, firm):
    answer = upload(office, picture())
    assert (answer.status_code, answer.location) == (303, "/installningar/foretag#logotypen")
    assert 'id="logotypen"' in office.get("/installningar/foretag").get_data(as_text=True)
    shown = office.get("/installningar/logotyp")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown.headers["Cache-Control"]
    with Image.open(BytesIO(shown.data)) as image:
        assert image.size == (40, 20)
    first = db.session.query(StoredFile).one()
    where = storage.path(stored().public_id, first.public_id)
    assert where.exists()
    upload(office, picture((80, 20), "JPEG"), "foto.jpg")
    db.session.rollback()
    assert db.session.query(StoredFile).count() == 1
    assert not where.exists()
    assert office.get("/installningar/logotyp").mimetype == "image/jpeg"
    assert (firms.logo(stored()) or ())[1:] == ("image/jpeg",)


def test_a_logo_is_removed(office):
    upload(office, picture())
    assert office.post("/installningar/logotyp/ta-bort").status_code == 303
    assert office.post("/installningar/logotyp/ta-bort").status_code == 303
    assert office.get("/installningar/logotyp").status_code == 404
    assert db.session.query(StoredFile).count() == 0
    assert firms.logo(stored()) is None
    assert len(acts()) == 2


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"%PDF-1.7\n%", "logo.jpg", "Välj en bild: JPEG, PNG eller WEBP"),
        (b"<svg onload=alert(1)>", "logo.svg", "Välj en bild: JPEG, PNG eller WEBP"),
        (b"", "logo.png", "Välj en bild"),
        (picture()[:-30], "logo.png", "Bilden går inte att läsa"),
        (b"\0" * 5_000_001, "logo.png", "högst 5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(office, data, name, words):
    answer = upload(office, data, name)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) >= 2
    assert db.session.query(StoredFile).count() == 0
    assert 'value="Tumbredd Snickeri"' in page  # the other form is as it was


def test_no_file_at_all(office):
    assert office.post("/installningar/logotyp").status_code == 422


def test_fifty_megabytes_are_413(office):
    answer = upload(office, b"\0" * 50_000_000)
    assert answer.status_code == 413
    assert "Filen är för stor." in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["../../x.png", "C:\\x.png", "\u202egnp.exe", "a" * 300 + ".png", 'a"\r\nb.png'])
def test_C46_names_of_files_are_our_own(office, name):
    upload(office, picture(), name)
    db.session.rollback()
    assert [file.name for file in db.session.query(StoredFile)] == ["logotyp.png"]


def test_the_logo_of_another_firm_cannot_be_asked_for(office, make, app):
    upload(office, picture())
    other = app.test_client().log_in(make.owner(make.firm("Andra")))
    assert other.get("/installningar/logotyp").status_code == 404


def test_a_full_disk_keeps_the_old_logo(office, monkeypatch):
    from services.errors import DiskFull

    upload(office, picture())

    def full(needed_bytes=0):
        raise DiskFull

    monkeypatch.setattr(storage, "require_disk", full)
    answer = upload(office, picture((80, 20)))
    assert answer.status_code == 503
    assert "Lagringen är full" in answer.get_data(as_text=True)
    with Image.open(BytesIO(office.get("/installningar/logotyp").data)) as image:
        assert image.size == (40, 20)
