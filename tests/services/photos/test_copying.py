"""Photos follow a copied line, section and quote of the same customer, and nobody else; no copy needs the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.photos import MOST_PHOTOS
from extensions import db
from jobs import draw_photos
from models import Photo, Quote, QuoteSection, StoredFile
from services import scope, storage, transaction
from services.actors import Actor
from services.clock import utc_now
from services.errors import NotFound
from services.exporting import papers
from services.exporting.ranks import Ranks
from services.photos import arranging, pictures, rows
from services.photos.rows import Place
from services.privacy import sweeping
from services.quotes import drafting, lines, sections, template_content, templates
from tests.pictures import photo
from tests.services.photos.conftest import of, on_disk

SIZES = ("stor", "liten", "papper")


def draw():
    transaction.may_write()
    draw_photos.run(utc_now())
    transaction.may_write()


def places(quote):
    return [one.place for one in rows.of_quote(quote.firm_id, quote.id)]


def pictures_of(firm, quote):
    """All sizes of all photos that the draft shows, as bytes."""
    return [
        pictures.read(firm.public_id, pictures.of_firm(firm.id, quote.n, one.public_id, size))
        for one in rows.of_quote(firm.id, quote.id)
        for size in SIZES
    ]


def copied_line(quote, actor, n=3):
    edited = lines.copy(quote.n, n, actor=actor, now=utc_now())
    transaction.may_write()
    return edited


def copied(quote, customer, firm, actor):
    made = templates.copy_quote(quote.n, customer, firm, actor=actor, now=utc_now())
    transaction.may_write()
    return scope.get(Quote, firm.id, Quote.n == made.n), made


@pytest.fixture
def of_line(add, quote, actor):
    """A photo of line 3 with words, drawn."""
    add(photo(), place=Place(line_n=3))
    draw()
    (one,) = of(quote)
    arranging.caption(quote.n, one.public_id, "Golvbrunnen", rev=1, key="", actor=actor, now=utc_now())
    transaction.may_write()
    return one


def test_a_copied_line_has_its_photos_and_no_bytes_are_doubled(quote, firm, actor, of_line):
    before = on_disk(firm)
    n = copied_line(quote, actor).line.n
    one, twin = of(quote)
    assert (twin.line_n, twin.caption, twin.state) == (n, "Golvbrunnen", "ready")
    assert (twin.public_id != one.public_id, twin.position > one.position) == (True, True)
    assert on_disk(firm) == before
    assert len(set(pictures_of(firm, quote))) == 3


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the copy"])
def test_one_is_removed_for_good_and_the_other_stays(quote, firm, actor, of_line, which):
    copied_line(quote, actor)
    arranging.remove(quote.n, of(quote)[which].public_id, actor=actor, now=utc_now())
    kept = of(quote)[1 - which].public_id
    assert sweeping.removed_photos(utc_now() + timedelta(days=31)) == 1
    assert [one.public_id for one in of(quote)] == [kept]
    assert sweeping.rows_without_file() == 0
    assert len(pictures_of(firm, quote)) == 3
    arranging.remove(quote.n, kept, actor=actor, now=utc_now())
    assert sweeping.removed_photos(utc_now() + timedelta(days=31)) == 1
    assert on_disk(firm) == set()
    assert scope.rows(StoredFile, firm.id) == []


def test_both_removed_are_swept_at_once(quote, firm, actor, of_line):
    copied_line(quote, actor)
    for one in of(quote):
        arranging.remove(quote.n, one.public_id, actor=actor, now=utc_now())
    assert sweeping.removed_photos(utc_now() + timedelta(days=31)) == 2
    assert (on_disk(firm), scope.rows(StoredFile, firm.id)) == (set(), [])


def test_an_undone_copy_takes_its_photos_and_gives_them_back(quote, firm, actor, of_line):
    n = copied_line(quote, actor).line.n
    lines.remove(quote.n, n, actor=actor, now=utc_now())
    transaction.may_write()
    assert places(quote) == [Place(line_n=3)]
    lines.restore(quote.n, n, actor=actor, now=utc_now())
    transaction.may_write()
    assert places(quote) == [Place(line_n=3), Place(line_n=n)]
    assert len(pictures_of(firm, quote)) == 6


def test_a_copied_section_has_its_own_photos_and_those_of_its_lines(quote, firm, actor, add, of_line):
    add(photo(shade=2), place=Place(section_n=1))
    add(photo(shade=3))
    draw()
    _draft, twin, left_out = sections.copy(quote.n, 1, actor=actor, now=utc_now())
    transaction.may_write()
    draft = drafting.load(firm.id, quote.n)
    of_twin = draft.lines_of(next(one for one in draft.sections if one.n == twin.n))
    assert left_out == 0
    assert places(quote)[3:] == [Place(line_n=of_twin[1].n), Place(twin.n)], "that of the whole quote is there once"
    sections.remove(quote.n, twin.n, actor=actor, now=utc_now())
    transaction.may_write()
    assert len(places(quote)) == 3
    sections.restore(quote.n, twin.n, actor=actor, now=utc_now())
    transaction.may_write()
    assert len(places(quote)) == 5


def test_one_that_waits_is_drawn_for_both(quote, firm, actor, add):
    add(photo(), place=Place(line_n=3))
    copied_line(quote, actor)
    draw()
    one, twin = of(quote)
    assert (one.state, twin.state) == ("ready", "ready")
    assert pictures_of(firm, quote)[:3] == pictures_of(firm, quote)[3:]
    assert {file.purpose for file in scope.rows(StoredFile, firm.id)} == {"photo", "photo_paper", "photo_thumb"}
    assert len(on_disk(firm)) == 6, "what came in is gone"


def test_one_that_could_not_be_read_is_not_copied(quote, actor, add):
    add(b"text", place=Place(line_n=3))
    draw()
    copied_line(quote, actor)
    assert [one.state for one in of(quote)] == ["refused"]


def test_what_has_no_room_is_counted(quote, actor, add):
    add(photo(shade=1), photo(shade=2), place=Place(line_n=3))
    add(*(b"%d" % number for number in range(MOST_PHOTOS - 3)))
    assert copied_line(quote, actor).left_out == 1
    assert len(of(quote)) == MOST_PHOTOS


def test_a_copy_for_the_same_customer_keeps_them_where_they_belong(quote, firm, actor, add, of_line):
    add(photo(shade=2), place=Place(section_n=1))
    add(photo(shade=3))
    draw()
    customer = drafting.load(firm.id, quote.n).customer
    new, made = copied(quote, customer.n, firm, actor)
    assert made.whose_photos == ""
    assert places(new) == [Place(line_n=2), Place(section_n=1), Place()]
    assert [one.caption for one in rows.of_quote(firm.id, new.id)] == ["Golvbrunnen", "", ""]
    assert pictures_of(firm, new) == pictures_of(firm, quote)
    for one in of(quote):
        arranging.remove(quote.n, one.public_id, actor=actor, now=utc_now())
    assert sweeping.removed_photos(utc_now() + timedelta(days=31)) == 3
    assert len(pictures_of(firm, new)) == 9


def test_numbers_with_gaps_find_their_places(quote, firm, actor, add):
    lines.remove(quote.n, 2, actor=actor, now=utc_now())
    transaction.may_write()
    n = copied_line(quote, actor).line.n
    add(photo(), place=Place(line_n=n))
    text = next(line.text for line in drafting.load(firm.id, quote.n).lines if line.n == n)
    new, _made = copied(quote, drafting.load(firm.id, quote.n).customer.n, firm, actor)
    ((_section, line_n),) = places(new)
    order = [line.n for line in drafting.load(firm.id, new.n).lines]
    assert order.index(line_n) == 1
    assert drafting.load(firm.id, new.n).lines[1].text == text


def test_a_quote_without_sections_keeps_those_of_the_whole(firm, actor, add, quote):
    add(photo())
    section = scope.get(QuoteSection, firm.id, QuoteSection.quote_id == quote.id)
    sections.remove(quote.n, section.n, actor=actor, now=utc_now())
    transaction.may_write()
    new, _made = copied(quote, drafting.load(firm.id, quote.n).customer.n, firm, actor)
    assert places(new) == [Place()]


def test_another_customer_sees_nothing_of_this_ones_home(make, quote, firm, actor, of_line):
    lars = make.customer(firm, "Lars Ek")
    new, made = copied(quote, lars.n, firm, actor)
    assert (places(new), made.whose_photos) == ([], "another")
    nobodys, made = copied(quote, None, firm, actor)
    assert (places(nobodys), made.whose_photos) == ([], "another")


def test_whose_home_it_is_must_be_known(make, quote, firm, actor, of_line):
    db.session.execute(scope.change(Quote, firm.id).where(Quote.id == quote.id).values(customer_id=None))
    transaction.commit()
    transaction.may_write()
    new, made = copied(quote, None, firm, actor)
    assert (places(new), made.whose_photos) == ([], "nobody")


def test_without_photos_none_stayed_behind(make, quote, firm, actor):
    _new, made = copied(quote, make.customer(firm, "Lars Ek").n, firm, actor)
    assert made.whose_photos == ""


def test_a_template_has_no_home_in_it(quote, firm, actor, of_line):
    template = templates.save(quote.n, "Badrum", once_key="", removes_draft=False, actor=actor, now=utc_now())
    assert "foto" not in template.content.lower()
    assert of_line.public_id not in template.content
    assert not hasattr(template_content.read(template.content), "photos")
    transaction.may_write()
    customer = drafting.load(firm.id, quote.n).customer
    n, _lost = templates.begin(template.n, customer.n, firm, actor=actor, now=utc_now())
    assert places(scope.get(Quote, firm.id, Quote.n == n)) == []
    assert len(places(quote)) == 1


def test_another_firm_cannot_copy_or_open_them(make, quote, firm, of_line):
    other = make.firm("Annan Bygg")
    user = make.owner(other)
    stranger = Actor(other.id, other.public_id, f"user:{user.public_id}", user.name, user.id)
    theirs = make.quote(other, make.customer(other))
    for act in (
        lambda: templates.copy_quote(quote.n + 50, None, other, actor=stranger, now=utc_now()),
        lambda: pictures.of_firm(other.id, theirs.n, of_line.public_id, "stor"),
    ):
        with pytest.raises(NotFound):
            act()
        db.session.rollback()
        transaction.may_write()
    copied_line(theirs, stranger)
    whom = drafting.load(other.id, theirs.n).customer.n
    made = templates.copy_quote(theirs.n, whom, other, actor=stranger, now=utc_now())
    assert made.whose_photos == ""
    assert scope.rows(Photo, other.id) == []


def test_the_export_has_their_pictures_once(quote, firm, actor, of_line):
    copied(quote, drafting.load(firm.id, quote.n).customer.n, firm, actor)
    found = [paper for paper in papers.all_of(firm.id, Ranks(firm.id)) if paper.name.startswith("foton/")]
    assert (len(found), len({paper.name for paper in found})) == (3, 3)
    assert {storage.path(firm.public_id, paper.public_id).exists() for paper in found} == {True}
