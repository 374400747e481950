"""Photos come in as they are, encrypted, once each, within limits; caption, order, removal, and what is swept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.photos import MOST_BYTES
from extensions import db
from jobs import draw_photos
from models import Photo, Quote, QuoteLine, QuoteSection
from services import scope, transaction
from services.clock import utc_now
from services.errors import NotFound
from services.photos import arranging, intake, rows
from services.photos.arranging import PhotoChanged
from services.photos.intake import Taken
from services.photos.rows import Place
from services.privacy import sweeping
from services.quotes.drafting import NotEditable
from tests.pictures import photo
from tests.services.photos.conftest import of, on_disk


def shown(quote):
    return [one.caption or one.public_id for one in rows.of_quote(quote.firm_id, quote.id)]


def test_the_same_photo_twice_is_one(quote, add):
    data = photo()
    assert add(data, data) == Taken(added=1, doubles=1)
    assert add(data) == Taken(doubles=1)
    assert add(data, place=Place(section_n=1)) == Taken(added=1)
    assert len(of(quote)) == 2


def test_photos_keep_their_order_and_change_the_draft(quote, add):
    quote.changed_since = False
    transaction.commit()
    add(photo(shade=1), photo(shade=2))
    add(photo(shade=3))
    assert [one.position for one in of(quote)] == [1, 2, 3]
    assert db.session.get(Quote, quote.id).changed_since


def test_forty_are_room_for(quote, firm, add, monkeypatch):
    monkeypatch.setattr(intake, "MOST_PHOTOS", 3)
    assert add(*(photo(shade=shade) for shade in range(5))) == Taken(added=3, left_out=2)
    assert len(on_disk(firm)) == 3, "what had no room leaves nothing behind"
    arranging.remove(quote.n, of(quote)[0].public_id, actor=_actor(quote), now=utc_now())
    assert add(photo(shade=9)).added == 1


def test_fifty_megabytes_are_a_photo_that_says_so(quote, firm, add):
    assert add(b"\xff\xd8" + bytes(2 * MOST_BYTES)).added == 1
    (refused,) = of(quote)
    assert (refused.state, refused.reason, refused.incoming_id) == ("refused", "bytes", None)
    assert on_disk(firm) == set()


@pytest.mark.parametrize("place", [Place(section_n=99), Place(line_n=99), Place(section_n=2)])
def test_a_place_that_is_not_there_is_no_place(quote, firm, add, place):
    with pytest.raises(NotFound):
        add(photo(), place=place)
    assert on_disk(firm) == set()


def test_an_agreed_quote_takes_no_photo(quote, firm, add):
    quote.status = "accepted"
    transaction.commit()
    with pytest.raises(NotEditable):
        add(photo())
    assert on_disk(firm) == set()


def test_a_quote_agreed_while_the_photo_was_on_its_way_leaves_no_file(quote, firm, add, monkeypatch):
    def agreed(*given, **named):
        raise NotEditable

    monkeypatch.setattr(intake, "attach", agreed)
    with pytest.raises(NotEditable):
        add(photo())
    assert on_disk(firm) == set()


def _actor(quote):
    from services.actors import system

    return system(quote.firm_id, "x")


def test_captions_and_a_later_phone(quote, add, actor):
    add(photo())
    (one,) = of(quote)
    arranging.caption(quote.n, one.public_id, " Före ", rev=1, key="mine", actor=actor, now=utc_now())
    arranging.caption(quote.n, one.public_id, "Före rivning", rev=1, key="mine", actor=actor, now=utc_now())
    with pytest.raises(PhotoChanged):
        arranging.caption(quote.n, one.public_id, "Annat", rev=1, key="other", actor=actor, now=utc_now())
    transaction.rollback()
    assert shown(quote) == ["Före rivning"]
    arranging.remove(quote.n, one.public_id, actor=actor, now=utc_now())
    rev = of(quote)[0].rev
    with pytest.raises(PhotoChanged):
        arranging.caption(quote.n, one.public_id, "Åter", rev=rev, key="other", actor=actor, now=utc_now())
    transaction.rollback()
    arranging.caption(quote.n, one.public_id, "Åter", rev=rev, key="o", restores=True, actor=actor, now=utc_now())
    assert shown(quote) == ["Åter"]


def test_order_of_all_and_within_a_place(quote, add, actor):
    for number, place in enumerate([Place(), Place(section_n=1), Place(), Place(section_n=1)]):
        add(photo(shade=number), place=place)
    for number, one in enumerate(of(quote)):
        arranging.caption(quote.n, one.public_id, "abcd"[number], rev=1, key="", actor=actor, now=utc_now())
    ids = [one.public_id for one in of(quote)]

    def move(number, step, place=None):
        return arranging.move(quote.n, ids[number], step, place or Place(), actor=actor, now=utc_now())

    assert move(0, -1) == 1
    assert move(0, 1) == 2
    assert shown(quote) == ["b", "a", "c", "d"]
    assert move(3, -1, Place(section_n=1)) == 1
    assert shown(quote) == ["d", "a", "c", "b"]
    assert move(1, 1) == 4


def test_a_photo_goes_and_comes_back_with_its_line(quote, add):
    add(photo(), place=Place(line_n=3))
    line = scope.get(QuoteLine, quote.firm_id, QuoteLine.quote_id == quote.id, QuoteLine.n == 3)
    section = scope.get(QuoteSection, quote.firm_id, QuoteSection.quote_id == quote.id)
    for row in (line, section):
        row.removed_at = utc_now()
        transaction.commit()
        assert shown(quote) == []
        row.removed_at = None
        transaction.commit()
        assert len(shown(quote)) == 1


def test_sweeping_takes_what_nobody_can_see(quote, firm, add, actor):
    add(photo(shade=1), photo(shade=2), photo(shade=3))
    draw_photos.run(utc_now())
    first, second, third = of(quote)
    for one in (first, second):
        arranging.remove(quote.n, one.public_id, actor=actor, now=utc_now())
    db.session.execute(scope.change(Photo, firm.id).where(Photo.id == second.id).values(sent_version=1))
    transaction.commit()
    assert sweeping.removed_photos(utc_now()) == 0
    assert sweeping.removed_photos(utc_now() + timedelta(days=31)) == 1
    assert {one.public_id for one in of(quote)} == {second.public_id, third.public_id}
    assert len(on_disk(firm)) == 6
    assert sweeping.rows_without_file() == 0


def test_sweeping_takes_the_photos_of_a_line_that_is_no_more(quote, firm, add):
    add(photo(), place=Place(line_n=3))
    db.session.execute(scope.remove(QuoteLine, firm.id).where(QuoteLine.n == 3))
    transaction.commit()
    assert sweeping.removed_photos(utc_now()) == 1
    assert of(quote) == []
    assert on_disk(firm) == set()
