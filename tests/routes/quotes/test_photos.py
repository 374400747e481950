"""Photos in the builder: taken in with and without scripts, shown as they get ready, captioned, moved, removed."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from domain.photos import MOST_BYTES, MOST_PHOTOS
from jobs import draw_photos
from models import Photo
from services import scope, transaction
from services.clock import utc_now
from tests.pictures import bomb, photo

PART = {"HX-Request": "true"}


@pytest.fixture
def base(quote):
    return f"/offerter/{quote.n}"


def send(client, base, *datas, query="", name="IMG_1.jpg", csrf=True, **given):
    """POST the files; the body is made here, since the test client leaves the temporary file of a large one open."""
    fields = {"foton": [FileStorage(BytesIO(data), filename=name) for data in datas]}
    if csrf:
        fields["csrf_token"] = client.csrf_token()
    boundary, body = encode_multipart(fields)
    return client.post(
        f"{base}/foton{query}", data=body, content_type=f"multipart/form-data; boundary={boundary}", **given
    )


def drawn():
    transaction.may_write()
    draw_photos.run(utc_now())


def of(quote):
    found = scope.rows(Photo, quote.firm_id, Photo.quote_id == quote.id)
    return sorted(found, key=lambda one: one.position)


@pytest.fixture
def ready(owner, base, quote):
    """Three photos that are drawn; their public ids in order."""
    assert send(owner, base, *(photo(shade=shade) for shade in (1, 2, 3))).status_code == 303
    drawn()
    return [one.public_id for one in of(quote)]


def test_without_scripts_photos_are_taken_in_and_shown(owner, base, quote):
    page = owner.get(f"{base}/redigera").text
    assert 'accept="image/*" multiple' in page
    assert "capture" not in page, "a phone would offer nothing but the camera, one at a time"
    answer = send(owner, base, photo(shade=1), photo(shade=2))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{base}/redigera#foton")
    page = owner.get(f"{base}/redigera").text
    assert page.count("Bearbetas") == 2
    assert "Ladda om sidan" in page
    drawn()
    page = owner.get(f"{base}/redigera").text
    assert page.count("/liten.jpg") == 2
    assert "fotovantan" in page
    assert "vantande-foton?v=" not in page


def test_to_htmx_the_grid_asks_until_all_are_done(owner, base, quote):
    part = send(owner, base, photo(shade=1), photo(shade=2), headers=PART).text
    assert part.lstrip().startswith('<section id="foton"')
    url = re.search(r'hx-get="([^"]*vantande-foton[^"]*)" hx-trigger="every 2s"', part)[1].replace("&amp;", "&")
    first = owner.get(url, headers=PART)
    assert first.status_code == 200
    assert "hx-swap-oob" not in first.text
    drawn()
    done = owner.get(url, headers=PART)
    assert done.status_code == 286
    assert done.text.count('hx-swap-oob="true"') == 2
    assert "every 2s" not in done.text


@pytest.mark.parametrize("size", ["stor", "liten", "papper"])
def test_pictures_are_private_and_of_our_own_making(owner, base, ready, size):
    answer = owner.get(f"{base}/foton/{ready[0]}/{size}.jpg")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=86400"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"Testkamera" not in answer.data
    assert owner.get(f"{base}/foton/{ready[0]}/annan.jpg").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hej", "är inget foto som går att läsa"),
        (b"GIF89a" + bytes(50), "är inget foto som går att läsa"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "är inget foto som går att läsa"),
        (photo((1600, 1200))[:30_000], "gick inte att läsa"),
        (bomb(), "har för många bildpunkter"),
        (b"\xff\xd8" + bytes(2 * MOST_BYTES), "är större än 25 MB"),
    ],
)
def test_what_is_no_photo_is_named_with_its_reason(owner, base, quote, data, words):
    assert send(owner, base, data, photo(), name="badrum.jpg").status_code == 303
    drawn()
    page = owner.get(f"{base}/redigera").text
    assert "badrum.jpg " + words in page
    assert page.count("/liten.jpg") == 1, "the other one is not lost"
    assert owner.get(f"{base}/foton/{of(quote)[0].public_id}/stor.jpg").status_code == 404
    assert words in owner.get(f"{base}/foton/{of(quote)[0].public_id}").text


def test_no_file_chosen_is_said_at_the_top(owner, base):
    answer = owner.post(f"{base}/foton", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Välj minst ett foto." in answer.text


def test_a_second_press_adds_nothing(owner, base, quote):
    data = photo()
    send(owner, base, data)
    answer = send(owner, base, data, headers=PART)
    assert "Fotot finns redan." in answer.text
    assert len(of(quote)) == 1


def test_more_than_forty_are_told(owner, base, quote, monkeypatch):
    monkeypatch.setattr("services.photos.intake.MOST_PHOTOS", 1)
    answer = send(owner, base, photo(shade=1), photo(shade=2), headers=PART)
    assert "Ett foto fick inte plats: högst 40 får plats." in answer.text
    assert len(of(quote)) == 1


def test_a_request_of_endless_size_is_refused_and_earlier_still_for_strangers(app, owner, base, quote, monkeypatch):
    nobody = app.test_client()
    big = bytes(30 * 1024 * 1024)
    assert send(nobody, base, big).status_code == 413, "who is not logged in sends no large files"
    monkeypatch.setattr(app.view_functions["quotes.add_photos"], "_takes_bytes", 20 * 1024 * 1024)
    answer = send(owner, base, big)
    assert answer.status_code == 413
    assert "för stor" in answer.text
    assert of(quote) == []


def test_photos_of_a_section_and_of_a_line(owner, base, quote):
    assert "?del=1" in owner.get(f"{base}/redigera").text
    answer = send(owner, base, photo(shade=1), query="?del=1")
    assert answer.headers["Location"] == f"{base}/foton?del=1"
    send(owner, base, photo(shade=2), query="?rad=3")
    drawn()
    assert [(one.section_n, one.line_n) for one in of(quote)] == [(1, None), (None, 3)]
    page = owner.get(f"{base}/foton?rad=3").text
    assert "Bortforsling" in page
    assert page.count("/liten.jpg") == 1
    assert owner.get(f"{base}/redigera").text.count("/liten.jpg") == 2
    assert owner.get(f"{base}/foton?rad=99").status_code == 404
    assert send(owner, base, photo(), query="?del=99").status_code == 404


def test_the_button_of_a_line_keeps_what_is_typed(owner, base, quote):
    page = owner.get(f"{base}/rader/3").text
    assert f'formaction="{base}/rader/3/foto"' in page
    hidden = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', page))
    form = hidden | {"text": "Bortforsling av bark", "quantity": "1", "unit": "st", "price": "3900", "vat": "25"}
    form |= {"kind": "other", "deduction": "", "discount": "", "note": ""}
    form.pop("option", None)
    form.pop("csrf_token", None)
    answer = owner.post(f"{base}/rader/3/foto", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{base}/foton?rad=3")
    assert "Bortforsling av bark" in owner.get(f"{base}/foton?rad=3").text


def test_a_caption_is_saved_as_it_is_typed(owner, base, ready, quote):
    url = f"{base}/foton/{ready[0]}"
    sheet = owner.get(url, headers=PART).text
    assert 'id="ark-h"' in sheet
    assert "Foto 1 av 3" in sheet
    answer = owner.post(url, data={"caption": "Före rivning", "rev": "1", "key": "k"}, headers=PART)
    assert 'id="rev-f" value="2"' in answer.text
    assert 'alt="Före rivning"' in answer.text
    assert 'name="caption"' not in answer.text
    answer = owner.post(url, data={"caption": "Före", "rev": "2", "key": "k"})
    assert answer.headers["Location"] == f"{base}/redigera#foto-{ready[0]}"
    assert of(quote)[0].caption == "Före"


def test_a_caption_too_long_or_with_a_personnummer_is_kept_as_typed(owner, base, ready):
    url = f"{base}/foton/{ready[0]}"
    answer = owner.post(url, data={"caption": "x" * 201, "rev": "1", "key": "k"})
    assert answer.status_code == 422
    assert "Skriv högst 200 tecken." in answer.text
    assert "x" * 201 in answer.text
    answer = owner.post(url, data={"caption": "19840601-2388", "rev": "1", "key": "k"}, headers=PART)
    assert answer.status_code == 422
    assert "Skriv inte personnummer" in answer.text


def test_two_phones_on_one_caption(owner, base, ready):
    url = f"{base}/foton/{ready[0]}"
    owner.post(url, data={"caption": "Mitt", "rev": "1", "key": "a"}, headers=PART)
    answer = owner.post(url, data={"caption": "Ditt", "rev": "1", "key": "b"}, headers=PART)
    assert answer.status_code == 409
    assert "Ditt: Ditt" in answer.text
    assert "Sparat: Mitt" in answer.text
    answer = owner.post(url, data={"caption": "Ditt", "rev": "1", "key": "b"})
    assert answer.status_code == 409
    now_rev = re.search(r'name="now_rev" value="(\d+)"', answer.text)[1]
    assert owner.post(url, data={"caption": "Ditt", "rev": "1", "key": "b", "now_rev": now_rev}).status_code == 303


def test_order(owner, base, ready, quote):
    answer = owner.post(f"{base}/foton/{ready[0]}/bak", headers=PART)
    assert re.findall(r'<li id="foto-([\w-]+)"', answer.text) == [ready[1], ready[0], ready[2]]
    assert "Foto 2 av 3" in answer.text
    answer = owner.post(f"{base}/foton/{ready[0]}/fram", data={"caption": "Sent", "rev": "1", "key": "k"})
    assert answer.headers["Location"] == f"{base}/foton/{ready[0]}"
    assert [one.public_id for one in of(quote)] == ready
    assert of(quote)[0].caption == "Sent", "what was typed is saved first"


def test_removal_and_its_undo(owner, base, ready):
    answer = owner.post(f"{base}/foton/{ready[1]}/ta-bort", headers=PART)
    assert answer.headers["HX-Trigger"] == "stang-ark"
    assert ready[1] not in re.findall(r'<li id="foto-([\w-]+)"', answer.text)
    assert "Fotot är borttaget." in answer.text
    undo = re.search(r'action="([^"]*/ta-tillbaka)"', answer.text)[1]
    assert owner.get(f"{base}/foton/{ready[1]}").status_code == 404
    assert owner.post(undo).status_code == 303
    assert owner.get(f"{base}/redigera").text.count("/liten.jpg") == 3
    assert owner.post(f"{base}/foton/{ready[1]}/ta-bort").status_code == 303
    assert "Fotot är borttaget." in owner.get(f"{base}/redigera").text


ACTS = ["", "/fram", "/bak", "/ta-bort", "/ta-tillbaka"]


def test_another_firm_sees_and_changes_nothing(app, make, base, ready, quote):
    other_firm = make.firm("Annan Bygg")
    make.quote(other_firm, make.customer(other_firm))
    other = app.test_client().log_in(make.owner(other_firm))
    for path in (f"/foton/{ready[0]}/stor.jpg", f"/foton/{ready[0]}", f"/vantande-foton?v={ready[0]}"):
        answer = other.get(base + path)
        assert answer.status_code in (404, 286)
        assert ready[0] not in answer.text
    for act in ACTS:
        data = {"caption": "Stulen", "rev": "1", "key": "k"}
        assert other.post(f"{base}/foton/{ready[0]}{act}", data=data).status_code == 404
    assert [one.caption for one in of(quote)] == ["", "", ""]


def test_a_photo_is_reached_by_its_own_quote_only(make, firm, owner, ready, quote):
    second = make.quote(firm, make.customer(firm))
    for path in ("", "/stor.jpg"):
        assert owner.get(f"/offerter/{second.n}/foton/{ready[0]}{path}").status_code == 404
    assert owner.post(f"/offerter/{second.n}/foton/{ready[0]}/ta-bort").status_code == 404


def test_a_worker_sees_pictures_and_changes_nothing(app, make, firm, base, ready):
    worker = app.test_client().log_in(make.user(firm, role="worker"))
    assert worker.get(f"{base}/foton/{ready[0]}/liten.jpg").status_code == 200
    assert send(worker, base, photo()).status_code == 403
    assert {worker.post(f"{base}/foton/{ready[0]}{act}").status_code for act in ACTS} == {403}


def test_nobody_and_no_token(app, owner, base, ready):
    nobody = app.test_client()
    assert nobody.get(f"{base}/foton/{ready[0]}/liten.jpg").status_code == 302
    assert send(nobody, base, photo()).status_code == 303
    assert send(owner, base, photo(), csrf=False).status_code == 403


def test_an_agreed_quote_changes_no_more(owner, base, ready, quote):
    transaction.may_write()
    quote.status = "accepted"
    transaction.commit()
    assert send(owner, base, photo(shade=9)).status_code == 409
    assert owner.post(f"{base}/foton/{ready[0]}/ta-bort").status_code == 409
    assert owner.get(f"{base}/foton/{ready[0]}/stor.jpg").status_code == 200


def test_a_copied_line_and_its_undo_draw_the_grid_again(owner, base, quote):
    send(owner, base, photo(), query="?rad=3")
    drawn()
    part = owner.post(f"{base}/rader/3/kopiera", headers=PART).text
    assert '<section id="foton" hx-swap-oob="true"' in part
    assert part.count("/liten.jpg") == 2
    newest = max(one.line_n for one in of(quote))
    transaction.may_write()
    part = owner.post(f"{base}/rader/{newest}/ta-bort", headers=PART).text
    assert part.count("/liten.jpg") == 1
    transaction.may_write()
    part = owner.post(f"{base}/rader/3/ta-bort", headers=PART).text
    assert 'id="foton"' in part
    assert "/liten.jpg" not in part
    transaction.may_write()
    assert owner.post(f"{base}/rader/3/ta-tillbaka").status_code == 303
    assert owner.get(f"{base}/redigera").text.count("/liten.jpg") == 1


def test_a_copied_section_draws_the_grid_again_and_none_without_photos(owner, base, quote):
    assert 'id="foton"' not in owner.post(f"{base}/rader/3/kopiera", headers=PART).text
    transaction.may_write()
    send(owner, base, photo(), query="?del=1")
    drawn()
    part = owner.post(f"{base}/delar/1/kopiera", headers=PART).text
    assert part.count("/liten.jpg") == 2
    transaction.may_write()
    assert owner.post(f"{base}/delar/2/ta-bort", headers=PART).text.count("/liten.jpg") == 1


def test_those_without_room_are_told(owner, base, quote):
    send(owner, base, photo(), query="?rad=3")
    send(owner, base, *(b"%d" % number for number in range(MOST_PHOTOS - 1)))
    told = f"Ett foto fick inte plats: högst {MOST_PHOTOS} får plats."
    transaction.may_write()
    assert told in owner.post(f"{base}/rader/3/kopiera", headers=PART).text
    transaction.may_write()
    assert owner.post(f"{base}/rader/3/kopiera").status_code == 303
    assert told in owner.get(f"{base}/redigera").text


@pytest.mark.parametrize("whom", ["same", "other", "nobody"])
def test_a_copied_quote_says_where_its_photos_are(make, firm, owner, base, quote, whom):
    send(owner, base, photo())
    drawn()
    other = make.customer(firm, "Lars Ek")
    data = {"kopia": quote.n, **({"utan": "1"} if whom == "nobody" else {"kund": 1 if whom == "same" else other.n})}
    transaction.may_write()
    answer = owner.post("/offerter/ny", data=data)
    page = owner.get(answer.location).text
    assert page.count("/liten.jpg") == (whom == "same")
    assert ("Fotona följde inte med: de visar en annan kunds hem." in page) == (whom != "same")


def test_whose_home_is_unknown_is_told(make, firm, owner):
    quote = make.quote(firm)
    send(owner, f"/offerter/{quote.n}", photo())
    transaction.may_write()
    answer = owner.post("/offerter/ny", data={"kopia": quote.n, "utan": "1"})
    assert "Fotona följde inte med: ingen kund är vald i den andra offerten." in owner.get(answer.location).text


def test_to_save_as_template_says_that_photos_stay(owner, base, quote, ready):
    assert "Kunden, adressen, datum och foton gör det inte." in owner.get(f"/mallar/spara?offert={quote.n}").text
