"""Reading a price list from a file: what each row becomes, one transaction, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from msgspec.structs import replace

from domain.clock import stockholm_date
from exchange import articles_csv
from extensions import db
from models import Article, ArticleImport, StoredFile
from services import article_import, article_plan, articles, storage, transaction
from services.actors import Actor
from services.article_import import Expired, PlanChanged, Unreadable
from services.clock import utc_now
from services.errors import NotFound
from services.privacy import sweeping

HEAD = "Benämning;Enhet;Pris;Moms;Typ;ROT;Inköpspris\n"


@pytest.fixture
def actor(make, firm):
    return actor_of(make, firm)


def actor_of(make, firm, user=None):
    user = user or make.owner(firm)
    return Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id)


def keep(text, actor, basis="incl", now=None):
    data = text if isinstance(text, bytes) else text.encode()
    return article_import.keep(data, basis, actor=actor, now=now or utc_now())


def plan(public_id, actor):
    found = article_import.get(public_id, actor=actor, now=utc_now())
    return article_import.plan(found, actor=actor, now=utc_now())


def outcomes(made):
    return [(row.number, row.outcome) for row in made.rows]


def accept(public_id, actor, seen=None):
    seen = seen or plan(public_id, actor).fingerprint
    return article_import.accept(public_id, seen, actor=actor, now=utc_now())


def fields(article):
    return {field: getattr(article, field) for field in article_plan.FIELDS}


def stored_files(firm):
    return db.session.query(StoredFile).filter_by(firm_id=firm.id).all()


def test_rows_become_articles_in_the_order_of_the_file(firm, actor):
    text = HEAD + "Snickare;h;690;25;;ROT, Bygg;\nKakel;kvm;399,50;25;Material;;210\nResa;st;50;12;Övrigt;;\n"
    public_id = keep(text, actor)
    assert outcomes(plan(public_id, actor)) == [(2, "new"), (3, "new"), (4, "new")]
    assert articles.list_page(firm.id).rows == [], "nothing before yes"
    done = accept(public_id, actor)
    assert (done.added, done.changed, done.file_id) == (3, 0, None)
    assert [row.name for row in articles.list_page(firm.id).rows] == ["Snickare", "Kakel", "Resa"]
    assert fields(articles.get(firm.id, 1)) == {
        "name": "Snickare",
        "unit": "tim",
        "unit_price_ore": 69000,
        "basis": "incl",
        "vat_percent": 25,
        "kind": "labour",
        "deduction": "rot",
        "work_type": "bygg",
        "purchase_price_ore": None,
    }
    kakel, resa = articles.get(firm.id, 2), articles.get(firm.id, 3)
    assert (kakel.unit, kakel.unit_price_ore, kakel.purchase_price_ore, kakel.kind) == ("m²", 39950, 21000, "material")
    assert (resa.kind, resa.vat_percent) == ("other", 12)
    assert articles.search(firm.id, "kak")[0].name == "Kakel"


def test_what_a_file_does_not_say_has_the_usual_value(firm, actor):
    accept(keep("Namn;Pris;Enhet\nSnickare;690;tim\nKakel;399\n", actor, basis="excl"), actor)
    first, second = articles.get(firm.id, 1), articles.get(firm.id, 2)
    assert (first.kind, first.unit, first.vat_percent, first.basis) == ("labour", "tim", 25, "excl")
    assert (second.kind, second.unit, second.deduction) == ("material", "st", None)


def test_a_heading_decides_the_basis_before_the_choice(firm, actor):
    accept(keep("Namn;Pris exkl. moms\nKakel;399\n", actor, basis="incl"), actor)
    assert articles.get(firm.id, 1).basis == "excl"


def test_new_ones_come_below_those_that_are_used(firm, actor, make):
    make.article(firm, "Snickare")
    make.article(firm, "Målare")
    accept(keep("Namn;Pris\nAnka;1\nBastu;2\n", actor), actor)
    assert [row.name for row in articles.search(firm.id, "")] == ["Målare", "Snickare", "Anka", "Bastu"]


def test_an_equal_name_changes_what_the_file_says_and_no_more(firm, actor, make):
    make.article(firm, "Snickare", deduction="rot", work_type="el", purchase_price_ore=30000)
    used_at = articles.get(firm.id, 1).used_at
    public_id = keep("Namn;Pris\n  SNICKARE ;720\n", actor)
    (row,) = plan(public_id, actor).rows
    assert (row.outcome, row.changed) == ("change", ["name", "unit_price_ore"])
    done = accept(public_id, actor)
    assert (done.added, done.changed) == (0, 1)
    article = articles.get(firm.id, 1)
    assert (article.name, article.unit_price_ore, article.rev, article.used_at) == ("SNICKARE", 72000, 2, used_at)
    assert (article.work_type, article.purchase_price_ore) == ("el", 30000)
    assert [row.name for row in articles.search(firm.id, "snick")] == ["SNICKARE"]


def test_rot_without_a_work_type_keeps_the_old_one_or_takes_the_firms(firm, actor, make):
    make.article(firm, "Elektriker", deduction="rot", work_type="el")
    make.article(firm, "Snickare")
    accept(keep("Namn;Pris;ROT\nElektriker;690;ja\nSnickare;690;ROT\n", actor), actor)
    assert articles.get(firm.id, 1).work_type == "el"
    assert articles.get(firm.id, 2).work_type == firm.default_work_type


def test_an_empty_cell_takes_the_deduction_and_the_purchase_price_away(firm, actor, make):
    make.article(firm, "Snickare", deduction="rot", work_type="bygg", purchase_price_ore=100)
    accept(keep("Namn;Pris;ROT;Inköpspris\nSnickare;690;;\n", actor), actor)
    article = articles.get(firm.id, 1)
    assert (article.deduction, article.work_type, article.purchase_price_ore) == (None, None, None)


def test_an_archived_one_comes_back(firm, actor, make):
    make.article(firm, "Snickare", archived_at=utc_now())
    public_id = keep("Namn;Pris\nSnickare;690\n", actor)
    assert plan(public_id, actor).rows[0].changed == ["archived_at"]
    accept(public_id, actor)
    assert articles.get(firm.id, 1).archived_at is None
    assert db.session.query(Article).count() == 1


@pytest.mark.parametrize("text", ["Namn;Pris\nKakel;1\nRör;2\nKAKEL;3\n", "Namn;Pris\nKakel;1\nRör;2\nkakel ;1\n"])
def test_a_name_twice_in_the_file_is_a_fault(firm, actor, text):
    made = plan(keep(text, actor), actor)
    assert outcomes(made) == [(2, "new"), (3, "new")]
    assert [(fault.number, fault.code, fault.other) for fault in made.faults] == [(4, "twice", 2)]


def test_a_name_twice_where_the_first_changes_and_the_second_is_as_stored(firm, actor, make):
    make.article(firm, "Kakel", unit="st", kind="material", unit_price_ore=100)
    made = plan(keep("Namn;Pris\nKakel;5\nKakel;1\n", actor), actor)
    assert outcomes(made) == [(2, "change")]
    assert [(fault.number, fault.code) for fault in made.faults] == [(3, "twice")]


def test_good_rows_are_taken_and_faulty_ones_left(firm, actor):
    public_id = keep("Namn;Pris\nKakel;1\nRör;dyrt\nSkruv;2\n", actor)
    made = plan(public_id, actor)
    assert (outcomes(made), made.faulty_rows) == ([(2, "new"), (4, "new")], 1)
    assert accept(public_id, actor).added == 2


def test_a_second_yes_adds_nothing(firm, actor):
    public_id = keep("Namn;Pris\nKakel;1\n", actor)
    seen = plan(public_id, actor).fingerprint
    assert accept(public_id, actor, seen).added == 1
    transaction.may_write()
    assert accept(public_id, actor, seen).added == 1
    assert db.session.query(Article).count() == 1


def test_a_second_yes_of_the_same_moment_finds_the_file_gone(app, firm, actor, monkeypatch):
    public_id = keep("Namn;Pris\nKakel;1\n", actor)
    seen = plan(public_id, actor).fingerprint
    read = storage.read

    def first() -> None:
        with app.app_context():
            transaction.only_read()
            article_import.accept(public_id, seen, actor=actor, now=utc_now())

    def late(*given):
        monkeypatch.setattr(storage, "read", read)
        thread = Thread(target=first)
        thread.start()
        thread.join()
        return read(*given)

    monkeypatch.setattr(storage, "read", late)
    db.session.rollback()
    transaction.only_read()  # as a form's page begins
    assert accept(public_id, actor, seen).added == 1
    assert db.session.query(Article).count() == 1


def test_a_yes_to_something_else_is_refused(firm, actor, make):
    public_id = keep("Namn;Pris\nKakel;1\n", actor)
    seen = plan(public_id, actor).fingerprint
    make.article(firm, "Kakel")
    with pytest.raises(PlanChanged):
        accept(public_id, actor, seen)
    db.session.rollback()
    assert articles.get(firm.id, 1).unit_price_ore == 69000
    assert accept(public_id, actor).changed == 1


def test_all_or_nothing(firm, actor, monkeypatch):
    public_id = keep("Namn;Pris\nKakel;1\n", actor)
    seen = plan(public_id, actor).fingerprint

    def fail(*args):
        raise OSError("disk")

    monkeypatch.setattr(article_import, "_change", fail)
    with pytest.raises(OSError, match="disk"):
        accept(public_id, actor, seen)
    db.session.rollback()
    assert db.session.query(Article).count() == 0
    monkeypatch.undo()
    assert accept(public_id, actor, seen).added == 1


def test_the_file_goes_with_the_yes_the_no_and_the_next_file(firm, actor):
    def paths():
        return [path for path in storage.folder(firm.public_id).rglob("*") if path.is_file()]

    first = keep("Namn;Pris\nKakel;1\n", actor)
    second = keep("Namn;Pris\nRör;1\n", actor)
    assert len(stored_files(firm)) == len(paths()) == 1, "one waits at a time"
    with pytest.raises(NotFound):
        article_import.get(first, actor=actor, now=utc_now())
    transaction.may_write()
    article_import.discard(second, actor=actor, now=utc_now())
    assert stored_files(firm) == paths() == []
    third = keep("Namn;Pris\nSkruv;1\n", actor)
    assert b"Skruv" not in paths()[0].read_bytes(), "encrypted"
    accept(third, actor)
    assert stored_files(firm) == paths() == []


def test_a_file_that_waits_too_long_is_gone(firm, actor):
    now = utc_now()
    waiting, done = keep("Namn;Pris\nKakel;1\n", actor, now=now), None
    later = now + timedelta(hours=24)
    with pytest.raises(Expired):
        article_import.get(waiting, actor=actor, now=later)
    accept(waiting, actor)
    transaction.may_write()
    done = waiting
    waiting = keep("Namn;Pris\nRör;1\n", actor, now=now + timedelta(hours=1))
    transaction.may_write()
    assert sweeping.old_imports(now) == 0
    assert sweeping.old_imports(later) == 1
    with pytest.raises(NotFound):
        article_import.get(done, actor=actor, now=now)
    assert sweeping.old_imports(later + timedelta(hours=1)) == 1
    assert (stored_files(firm), db.session.query(ArticleImport).count()) == ([], 0)
    assert not [path for path in storage.folder(firm.public_id).rglob("*") if path.is_file()]


def test_another_user_or_firm_does_not_find_it(make, firm, actor):
    public_id = keep("Namn;Pris\nKakel;1\n", actor)
    colleague = actor_of(make, firm, make.user(firm, role="office"))
    stranger = actor_of(make, make.firm("Annan"))
    for other in (colleague, stranger):
        with pytest.raises(NotFound):
            article_import.get(public_id, actor=other, now=utc_now())
        with pytest.raises(NotFound):
            article_import.accept(public_id, "x", actor=other, now=utc_now())
        with pytest.raises(NotFound):
            article_import.discard(public_id, actor=other, now=utc_now())


def test_an_equal_name_of_another_firm_is_not_touched(make, firm, actor):
    other = make.firm("Annan")
    make.article(other, "Kakel")
    accept(keep("Namn;Pris\nKakel;1\n", actor), actor)
    assert articles.get(other.id, 1).unit_price_ore == 69000
    assert articles.get(firm.id, 1).unit_price_ore == 100


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", "Åsa\nÖrjan\n".encode()])
def test_an_unreadable_file_is_not_kept(firm, actor, data):
    with pytest.raises(Unreadable):
        keep(data, actor)
    assert stored_files(firm) == []


AWKWARD = [
    ("Snickare", {"deduction": "rot", "work_type": "bygg"}),
    ("Städning", {"deduction": "rut", "work_type": "stadning", "vat_percent": 25, "basis": "excl"}),
    ('=HYPERLINK("http://evil.example";"x")', {"kind": "material"}),
    ("'=redan vaktad", {"kind": "material"}),
    ("''-två", {"kind": "other"}),
    ('+46 rör, 3/4" "böj"; lång', {"kind": "material", "unit": "skift"}),
    ("@lager", {"unit": "=1+1", "kind": "other"}),
    ("Avdrag", {"unit_price_ore": -5050, "kind": "other", "vat_percent": 0}),
    ("Skruv 4,8 × 38", {"kind": "material", "unit_price_ore": 129050, "purchase_price_ore": 1, "vat_percent": 12}),
    ("Bok", {"kind": "material", "vat_percent": 6, "unit": "m²", "purchase_price_ore": 10_000_000_000}),
    ("Kakel", {"kind": "material", "unit_price_ore": 100}),
    ("kakel", {"kind": "material", "unit_price_ore": 200}),
]


def test_export_and_import_are_a_round_trip(firm, actor, make):
    for name, given in AWKWARD:
        make.article(firm, name, **given)
    data = b"".join(articles.to_csv(firm.id, with_purchase=True))
    made = plan(keep(data, actor), actor)
    assert (made.faults, {row.outcome for row in made.rows}, len(made.rows)) == ([], {"same"}, len(AWKWARD))
    other = make.firm("Annan")
    elsewhere = actor_of(make, other)
    one_of_each = [row for row in AWKWARD if row[0] != "kakel"]
    accept(keep(data, elsewhere), elsewhere)
    assert len(articles.list_page(other.id).rows) == len(one_of_each)
    mine = {row.name: row for row in db.session.query(Article).filter_by(firm_id=firm.id)}
    for article in db.session.query(Article).filter_by(firm_id=other.id):
        assert fields(article) == fields(mine[article.name])


def test_an_export_without_the_purchase_price_says_nothing_of_it(firm, make):
    make.article(firm, "Kakel", purchase_price_ore=12345)
    text = b"".join(articles.to_csv(firm.id, with_purchase=False)).decode()
    assert "123,45" not in text
    assert "Inköp" not in text
    assert b"123,45" in b"".join(articles.to_csv(firm.id, with_purchase=True))


@pytest.mark.no_cover
def test_twenty_thousand_rows(firm, actor):
    text = HEAD + "".join(f"Artikel {n};st;{n},50;25;Material;;\n" for n in range(articles_csv.MOST_ROWS))
    public_id = keep(text, actor)
    done = accept(public_id, actor)
    assert done.added == articles_csv.MOST_ROWS
    page = articles.list_page(firm.id)
    assert [row.name for row in page.rows] == [f"Artikel {n}" for n in range(30)]


def test_a_plan_has_a_fingerprint_of_its_own(firm, actor):
    first = plan(keep("Namn;Pris\nKakel;1\n", actor), actor)
    transaction.may_write()
    second = plan(keep("Namn;Pris\nKakel;2\n", actor), actor)
    assert first.fingerprint != second.fingerprint
    assert replace(first, faults=[]).fingerprint == first.fingerprint


def test_the_clock_of_stockholm_decides_about_personnummer(firm, actor):
    with time_machine.travel("2026-11-20T23:30:00Z", tick=False):
        assert stockholm_date(utc_now()).isoformat() == "2026-11-21"
        made = plan(keep("Namn;Pris\nÅt 19840601-2388;1\n", actor), actor)
    assert [fault.code for fault in made.faults] == ["personnummer"]
