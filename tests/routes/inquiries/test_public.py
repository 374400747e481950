"""The public form: what a person sends arrives once, what a bot sends does not, and neither learns of anyone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from domain.clock import end_of_day, stockholm_date
from domain.inquiries import MOST_PHOTOS
from domain.photos import MOST_BYTES
from extensions import db
from jobs import draw_photos
from models import Attempt, Closing, Customer, Event, Firm, Letter, Photo, Quote, StoredFile
from services import tokens, transaction
from services.clock import utc_now
from services.inquiries import receiving
from tests.factories import PERSONNUMMER
from tests.pictures import HEIC, bomb, photo
from tests.routes.inquiries.conftest import TYPED, Visitor, inquiries, stamp
from tests.security.conftest import logo
from tests.security.web import stored


def quote_of(inquiry):
    return db.session.query(Quote).filter_by(id=inquiry.quote_id).one()


def letters(firm):
    return {letter.kind: letter for letter in db.session.query(Letter).filter_by(firm_id=firm.id)}


def test_the_form_sets_no_cookie_and_names_the_firm(visitor):
    page = visitor.get()
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    for word in ("Tumbredd Snickeri", "Godkänd för F-skatt", "ansvarar för uppgifterna", "noindex"):
        assert word in page.text
    assert visitor.client.get(f"/f/{visitor.public_id}/uppgifter").status_code == 200


def test_the_firms_logo(visitor, firm):
    firm.logo_id = logo(firm)
    db.session.commit()
    address = f"/f/{visitor.public_id}/logotyp"
    assert address in visitor.get().text
    assert visitor.client.get(address).mimetype == "image/png"
    answer = visitor.send()
    db.session.query(Firm).one().takes_inquiries = False
    db.session.commit()
    assert visitor.client.get(address).status_code == 200  # whoever has asked may still look at what was sent
    assert visitor.client.get(answer.location).status_code == 200
    assert visitor.client.get(f"/f/{visitor.public_id}/uppgifter").status_code == 200


def test_a_request_becomes_customer_draft_letters_and_an_event(visitor, firm):
    answer = visitor.send()
    assert answer.status_code == 303
    assert answer.location == f"/f/{visitor.public_id}/forfragan/skickad"
    (inquiry,) = inquiries(firm)
    quote = quote_of(inquiry)
    customer = db.session.query(Customer).filter_by(id=inquiry.customer_id).one()
    assert (customer.name, customer.email, customer.phone) == (
        "Karin Almgren",
        "karin.almgren@kund.example",
        "+46701740605",
    )
    assert customer.site_street == "Granstigen 4"
    assert inquiry.made_customer
    assert (quote.status, quote.title, quote.turn) == ("draft", "Förfrågan, Granstigen 4", "firm")
    assert (quote.site_street, quote.site_postal_code, quote.site_city) == ("Granstigen 4", "999 98", "Lillhamra")
    assert quote.question_at is not None
    assert "Måla" not in quote.message + quote.title + quote.terms
    sent = letters(firm)
    assert sent["inquiry_received"].to_address == "karin.almgren@kund.example"
    assert set(sent) == {"inquiry_received", "inquiry_to_firm"}
    assert db.session.query(Event).filter_by(firm_id=firm.id, act="inquiry.received").count() == 1
    page = visitor.client.get(answer.location)
    for word in ("Måla om köket", "Karin Almgren", "070-174 06 05", "Före jul"):
        assert word in page.text


def test_a_firm_that_asks_is_a_company_with_a_contact(visitor, firm):
    visitor.send(kind="company", company="Brf Granen", phone="")
    (inquiry,) = inquiries(firm)
    customer = db.session.query(Customer).filter_by(id=inquiry.customer_id).one()
    assert (customer.kind, customer.name, customer.contact) == ("company", "Brf Granen", "Karin Almgren")


def test_without_mail_the_page_is_the_confirmation(visitor, firm):
    answer = visitor.send(email="")
    assert set(letters(firm)) == {"inquiry_to_firm"}
    assert "Spara sidan" in visitor.client.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "", "phone": ""}, "Skriv e-post eller mobil, annars når inget svar dig"),
        ({"email": "karin"}, "Skriv en e-postadress med @"),
        ({"phone": "sju"}, "Skriv ett telefonnummer"),
        ({"name": " "}, "Skriv ditt namn"),
        ({"text": ""}, "Skriv vad du vill ha gjort"),
        ({"text": "å" * 4001}, "Skriv högst 4000 tecken"),
        ({"text": f"Jag heter Karin och är {PERSONNUMMER[0]}"}, "Skriv inte personnummer här"),
        ({"wanted": PERSONNUMMER[1]}, "Skriv inte personnummer här"),
        ({"postal_code": "12"}, "Postnumret har fem siffror"),
        ({"city": ""}, "Skriv orten"),
        ({"kind": "robot"}, "Du frågar som"),
    ],
)
def test_what_is_wrong_is_told_and_all_that_was_typed_is_kept(visitor, firm, typed, said):
    answer = visitor.send(**typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<title>Fel: " in answer.text
    for name, text in {**TYPED, **typed}.items():
        if name not in ("kind", "meddelande") and text.strip():
            assert text.splitlines()[0][:200] in answer.text, name
    assert inquiries(firm) == []


def test_photos_are_drawn_anew_and_belong_to_the_draft(visitor, firm):
    answer = visitor.send(photo(), HEIC.read_bytes(), names=["../../b.jpg", "foto.heic"])
    assert answer.status_code == 303
    (inquiry,) = inquiries(firm)
    rows = db.session.query(Photo).filter_by(quote_id=inquiry.quote_id).order_by(Photo.position).all()
    assert [row.name for row in rows] == ["b.jpg", "foto.heic"]
    transaction.may_write()
    draw_photos.run(utc_now())
    db.session.rollback()
    assert {row.state for row in db.session.query(Photo)} == {"ready"}
    page = visitor.client.get(answer.location).text
    pictures = re.findall(r'src="(/f/[^"]+/foto/[^"]+)"', page)
    assert len(pictures) == 2
    got = visitor.client.get(pictures[0])
    assert (got.status_code, got.mimetype) == (200, "image/jpeg")
    assert b"Testkameran" not in got.data


def test_a_large_photo_is_taken_and_a_too_large_one_is_named(visitor, firm):
    assert visitor.send(photo() + b"\0" * (10 * 1024 * 1024)).status_code == 303
    answer = visitor.send(photo() + b"\0" * MOST_BYTES, text="En till")
    assert answer.status_code == 422
    assert "IMG_0.jpg är större än 25 MB" in answer.text
    assert "Välj fotona igen" in answer.text
    assert len(inquiries(firm)) == 1


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"),
        (b"%PDF-1.7", "a.pdf"),
        (b"", "a.jpg"),
        (b"MZ\x90\0", "b.jpg"),
    ],
)
def test_what_is_no_photo_is_named_and_nothing_is_kept(visitor, firm, data, name):
    answer = visitor.send(data, names=[name])
    assert answer.status_code == 422
    assert f"{name} är inget foto" in answer.text
    assert "Måla om köket" in answer.text
    assert inquiries(firm) == []
    assert db.session.query(StoredFile).count() == 0


def test_a_bomb_is_refused_by_the_worker_and_not_shown(visitor, firm):
    answer = visitor.send(bomb(), names=["a.png"])
    transaction.may_write()
    draw_photos.run(utc_now())
    assert db.session.query(Photo).one().state == "refused"
    assert "/foto/" not in visitor.client.get(answer.location).text


def test_too_many_photos(visitor, firm):
    answer = visitor.send(*(photo((40 + n, 40)) for n in range(MOST_PHOTOS + 1)))
    assert answer.status_code == 422
    assert "Välj högst 8 foton" in answer.text


def test_a_body_beyond_all_bounds_is_413(visitor, firm, monkeypatch):
    monkeypatch.setattr("blueprints.inquiries.MOST_AT_ONCE_BYTES", 20_000)
    assert visitor.send(photo()).status_code == 413
    assert inquiries(firm) == []


def test_the_hidden_field_is_answered_alike_and_nothing_is_kept(visitor, firm):
    good, before = visitor.send(text="Först"), stored()
    bot = visitor.send(meddelande="Buy now")
    assert (bot.status_code, bot.location) == (good.status_code, good.location)
    assert len(bot.headers["Set-Cookie"]) == len(good.headers["Set-Cookie"])
    assert stored() == before
    assert visitor.client.get(bot.location).status_code == 200
    assert len(inquiries(firm)) == 1


def test_too_quick_is_asked_to_press_once_more_and_keeps_the_words(visitor, firm):
    answer = visitor.send(seconds=0)
    assert answer.status_code == 422
    assert "en gång till" in answer.text
    assert "Måla om köket" in answer.text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]
    with time_machine.travel(utc_now() + timedelta(seconds=5)):
        assert visitor.send(token=token).status_code == 303
    assert len(inquiries(firm)) == 1


def test_a_page_that_lay_open_too_long_asks_once_more(visitor, firm):
    answer = visitor.send(seconds=8 * 24 * 3600)
    assert answer.status_code == 422
    assert "Det du har skrivit är kvar" in answer.text
    assert inquiries(firm) == []


@pytest.mark.parametrize("token", ["", "x", "x.y.z"])
def test_without_a_token_of_ours_nothing_happens(visitor, firm, token):
    assert visitor.send(token=token).status_code == 403
    assert inquiries(firm) == []


def test_tokens_of_other_uses_and_firms_are_refused(visitor, firm, make):
    other = make.firm("Annan", takes_inquiries=True)
    assert visitor.send(token=stamp(other)).status_code == 403
    for purpose in ("inquiry", "quote", "confirm_email"):
        assert visitor.send(token=tokens.sign(purpose, firm.public_id)).status_code == 403
    assert inquiries(firm) == inquiries(other) == []


def test_a_double_click_is_one_request(visitor, firm):
    picture = photo()
    first, second = visitor.send(picture), visitor.send(picture)
    assert first.location == second.location
    assert len(inquiries(firm)) == 1
    assert db.session.query(Photo).count() == 1
    assert db.session.query(Customer).count() == 1
    assert len(db.session.query(Letter).all()) == 2
    visitor.send(picture, photo((300, 200)))
    assert db.session.query(Photo).count() == 2  # what was forgotten the first time
    visitor.send(text="Något annat")
    assert len(inquiries(firm)) == 2
    assert db.session.query(Customer).count() == 1


@pytest.mark.parametrize("typed", [{"phone": ""}, {"email": "ny@kund.example"}])
def test_a_known_customer_is_matched_untold_and_untouched(visitor, firm, make, typed):
    known = make.customer(firm, "Almgrens", phone="+46701740605", street="Storgatan 1")
    before = {column: getattr(known, column) for column in ("name", "email", "phone", "street", "site_street")}
    answer = visitor.send(**typed, street="Någon annanstans 7")
    page = visitor.client.get(answer.location).text
    (inquiry,) = inquiries(firm)
    assert (inquiry.customer_id, inquiry.made_customer) == (known.id, False)
    assert {column: getattr(known, column) for column in before} == before
    assert quote_of(inquiry).site_street == "Någon annanstans 7"
    assert "Almgrens" not in page
    assert "Storgatan" not in page


def test_customers_of_other_firms_and_archived_ones_are_not_matched(visitor, firm, make):
    make.customer(make.firm("Annan"))
    make.customer(firm, archived_at=utc_now())
    visitor.send()
    assert inquiries(firm)[0].made_customer


def test_a_hundred_posts_from_one_address(visitor, firm):
    with time_machine.travel(utc_now().replace(minute=1), tick=False):
        statuses = [visitor.send(text=f"Jobb {number}").status_code for number in range(100)]
        assert statuses == [303] * receiving.PER_ADDRESS + [429] * (100 - receiving.PER_ADDRESS)
        answer = visitor.send()
        assert "Måla om köket" in answer.text
        assert int(answer.headers["Retry-After"]) > 0
    assert len(inquiries(firm)) == receiving.PER_ADDRESS
    sent = [letter.kind for letter in db.session.query(Letter)]
    assert sent.count("inquiry_received") == receiving.LETTERS_PER_EMAIL  # no one's mailbox is filled
    assert db.session.query(Attempt).count() == 3


def test_a_firm_takes_no_more_than_so_many_from_whatever_addresses(visitor, firm, monkeypatch):
    monkeypatch.setattr(receiving, "PER_FIRM", 3)
    with time_machine.travel(utc_now().replace(minute=1), tick=False):
        statuses = []
        for number in range(5):
            visitor.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
            statuses.append(visitor.send(text=f"Jobb {number}", email="").status_code)
    assert statuses == [303] * 3 + [429] * 2


@pytest.mark.parametrize("given", [{}, {"takes_inquiries": False}])
def test_off_and_unknown_are_the_same_404(client, make, given):
    firm = make.firm(**given)
    shut = Visitor(client, firm)
    unknown = client.get(f"/f/{'x' * 22}/forfragan")
    assert (shut.get().status_code, shut.get().data) == (unknown.status_code, unknown.data)
    assert unknown.status_code == 404
    assert shut.send().status_code == 404
    for rest in ("logotyp", "uppgifter"):
        assert client.get(f"/f/{firm.public_id}/{rest}").status_code == 404
    assert inquiries(firm) == []


def test_a_firm_that_has_left_has_a_calm_page(visitor, firm, make):
    now = utc_now()
    db.session.add(
        Closing(
            firm_id=firm.id,
            user_id=make.owner(firm).id,
            choice="erase_all",
            confirmed_at=now,
            effective_at=now,
            erase_after=end_of_day(stockholm_date(now) + timedelta(days=30)),
        )
    )
    db.session.commit()
    for answer in (visitor.get(), visitor.send()):
        assert answer.status_code == 410
        assert "tar inte emot förfrågningar här längre" in answer.text
    assert inquiries(firm) == []


def test_the_mailed_link(app, visitor, firm):
    visitor.send()
    (inquiry,) = inquiries(firm)
    token = tokens.sign("inquiry", inquiry.public_id)
    other = app.test_client()
    assert other.get(f"{visitor.address}/skickad").text.count("Karin") == 0
    before = stored()
    for _scan in range(20):
        answer = other.get(f"/f/kvitto/{token}")
    assert answer.status_code == 303
    assert token not in answer.location
    assert "Måla om köket" in other.get(answer.location).text
    assert stored() == before


def test_no_other_token_opens_it(app, visitor, firm, make):
    visitor.send()
    (inquiry,) = inquiries(firm)
    client, good = app.test_client(), tokens.sign("inquiry", inquiry.public_id)
    wrong = [tokens.sign(purpose, inquiry.public_id) for purpose in ("quote", "inquiry_form", "confirm_email")]
    for token in (*wrong, good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:], "x" * 400, good + "x"):
        answer = client.get(f"/f/kvitto/{token}")
        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers
    with time_machine.travel(utc_now() + timedelta(days=401)):
        old = client.get(f"/f/kvitto/{good}")
    assert old.status_code == 410
    assert "Karin" not in old.text
    assert client.get(f"/f/kvitto/{tokens.sign('inquiry', 'x' * 22)}").status_code == 410
    # under the cookie of another firm
    other = make.firm("Annan", takes_inquiries=True)
    client.set_cookie(f"f-{other.public_id}", good)
    assert "Måla" not in client.get(f"/f/{other.public_id}/forfragan/skickad").text


def test_photos_are_seen_only_with_the_link_of_their_request(app, visitor, firm):
    answer = visitor.send(photo())
    visitor_page = visitor.client.get(answer.location).text
    assert "Foto 1" in visitor_page
    row = db.session.query(Photo).one()
    assert app.test_client().get(f"{visitor.address}/foto/{row.public_id}.jpg").status_code == 404
    transaction.may_write()
    draw_photos.run(utc_now())
    quote = db.session.query(Quote).one()
    own = Photo(
        firm_id=firm.id,
        quote_id=quote.id,
        position=9,
        state="ready",
        source_sha256="1" * 64,
        thumb_id=db.session.query(Photo).one().thumb_id,
        created_at=utc_now() + timedelta(minutes=1),
    )
    db.session.add(own)
    db.session.commit()
    assert visitor.client.get(f"{visitor.address}/foto/{row.public_id}.jpg").status_code == 200
    assert visitor.client.get(f"{visitor.address}/foto/{own.public_id}.jpg").status_code == 404
