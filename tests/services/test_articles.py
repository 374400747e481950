"""The price list: order, search, pages by key, edit, archive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from extensions import db
from services import articles
from services.actors import system
from services.articles import ArticleInput
from services.clock import utc_now
from services.errors import NotFound, Stale

LABOUR = ArticleInput(
    name="Snickare",
    unit="tim",
    unit_price_ore=69000,
    basis="incl",
    vat_percent=25,
    kind="labour",
    deduction="rot",
    work_type="bygg",
)


def create(firm, given=LABOUR):
    return articles.create(given, actor=system(firm.id, firm.public_id), now=utc_now())


def names(firm, typed="", **more):
    return [article.name for article in articles.list_page(firm.id, typed=typed, **more).rows]


def test_create_is_stored(make):
    firm = make.firm()
    create(firm)
    db.session.expire_all()
    stored = articles.get(firm.id, 1)
    assert {name: getattr(stored, name) for name in LABOUR.__struct_fields__} == {
        name: getattr(LABOUR, name) for name in LABOUR.__struct_fields__
    }


@pytest.mark.parametrize("kind", ["material", "other"])
def test_only_labour_gives_a_deduction(make, kind):
    from msgspec.structs import replace

    article = create(make.firm(), replace(LABOUR, kind=kind))
    assert (article.deduction, article.work_type) == (None, None)


def test_the_latest_used_comes_first(make):
    firm, now = make.firm(), utc_now()
    for days, name in ((3, "Förr"), (0, "Nyss"), (1, "I går")):
        article = make.article(firm, name)
        article.used_at = now - timedelta(days=days)
    db.session.commit()
    assert names(firm) == ["Nyss", "I går", "Förr"]
    assert [article.name for article in articles.search(firm.id, "", limit=2)] == ["Nyss", "I går"]


@pytest.mark.parametrize(
    ("typed", "found"), [("SNICK", 1), ("kare snic", 1), ("%", 0), ("_", 0), ("kakel", 0), ("", 1)]
)
def test_search(make, typed, found):
    firm = make.firm()
    create(firm)
    assert len(names(firm, typed)) == len(articles.search(firm.id, typed)) == found


def test_pages_of_thirty_by_key(make):
    firm, now = make.firm(), utc_now()
    for number in range(65):
        make.article(firm, f"Artikel {number}").used_at = now - timedelta(hours=number // 3)
    db.session.commit()
    seen, sizes = [], []
    after: str | None = ""
    while after is not None:
        page = articles.list_page(firm.id, after=after)
        seen += [(article.used_at, article.id) for article in page.rows]
        sizes.append(len(page.rows))
        after = page.after
    assert sizes == [30, 30, 5]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 65


@pytest.mark.parametrize("after", ["x", "|", "x|1", "2026-11-20|1", "2026-11-20T10:00:00+00:00|", "|\0"])
def test_a_forged_key_does_no_harm(make, after):
    firm = make.firm()
    create(firm)
    assert names(firm, after=after) == ["Snickare"]


def test_the_usual_basis_is_the_last_one_chosen(make):
    firm = make.firm()
    assert articles.usual_basis(firm.id) == "incl"
    make.article(firm, basis="excl")
    assert articles.usual_basis(firm.id) == "excl"


def test_update_and_stale_update(make):
    from msgspec.structs import replace

    firm = make.firm()
    article = create(firm)
    articles.update(article, replace(LABOUR, name="Målare", unit_price_ore=55050), rev="1")
    assert (article.name, article.unit_price_ore, article.rev, names(firm, "måla")) == ("Målare", 55050, 2, ["Målare"])
    with pytest.raises(Stale):
        articles.update(article, LABOUR, rev="1")
    db.session.rollback()
    assert names(firm) == ["Målare"]


def test_archived_ones_are_apart_and_come_back(make):
    firm = make.firm()
    article = create(firm)
    articles.archive(article, now=utc_now())
    assert names(firm) == [] == articles.search(firm.id, "")
    assert names(firm, archived=True) == ["Snickare"]
    articles.restore(article)
    assert names(firm) == ["Snickare"]


def test_one_firm_never_sees_anothers(make):
    one, other = make.firm(), make.firm()
    create(one)
    with pytest.raises(NotFound):
        articles.get(other.id, 1)
    assert names(other) == [] == articles.search(other.id, "")


def line(**given):
    from msgspec.structs import replace

    return replace(LABOUR, **given)


def keep_line(firm, given, now=None):
    article, is_new = articles.from_line(given, actor=system(firm.id, firm.public_id), now=now or utc_now())
    db.session.commit()
    return article, is_new


def test_a_line_is_kept_in_its_quotes_basis_while_there_is_no_other(make):
    firm = make.firm()
    article, is_new = keep_line(firm, line(name="  Egen   rad ", basis="excl", purchase_price_ore=12300))
    assert (is_new, article.n, article.name, article.basis) == (True, 1, "Egen rad", "excl")
    assert (article.unit_price_ore, article.purchase_price_ore) == (69000, 12300)
    assert (article.deduction, article.work_type) == ("rot", "bygg")
    assert names(firm, "egen") == ["Egen rad"]


@pytest.mark.parametrize(("mine", "theirs", "ore"), [("incl", "excl", 86250), ("excl", "incl", 55200)])
def test_a_line_is_kept_in_the_basis_of_the_firm(make, mine, theirs, ore):
    firm = make.firm()
    make.article(firm, "Annan", basis=mine)
    article, _is_new = keep_line(firm, line(basis=theirs))
    assert (article.basis, article.unit_price_ore) == (mine, ore)


def test_a_line_of_a_known_name_doubles_nothing_and_counts_as_used(make):
    firm, now = make.firm(), utc_now()
    make.article(firm, "Snickare")
    make.article(firm, "Målare")
    article, is_new = keep_line(firm, line(name="SNICKARE ", unit_price_ore=1), now + timedelta(hours=1))
    assert (is_new, article.n, article.unit_price_ore) == (False, 1, 69000)
    assert names(firm) == ["Snickare", "Målare"]


def test_a_line_of_an_archived_name_brings_it_back(make):
    firm = make.firm()
    articles.archive(create(firm), now=utc_now())
    article, is_new = keep_line(firm, LABOUR)
    assert (is_new, article.archived_at, names(firm)) == (False, None, ["Snickare"])


def test_a_line_that_is_no_labour_keeps_no_deduction(make):
    article, _is_new = keep_line(make.firm(), line(kind="material"))
    assert (article.deduction, article.work_type) == (None, None)


def test_a_name_of_another_firm_is_not_the_same(make):
    one, other = make.firm(), make.firm()
    create(one)
    article, is_new = keep_line(other, LABOUR)
    assert (is_new, article.firm_id) == (True, other.id)


def test_of_those_used_at_once_the_last_made_is_first_also_across_pages(make):
    firm, now = make.firm(), utc_now()
    for number in range(40):
        make.article(firm, f"Artikel {number:02d}").used_at = now
    db.session.commit()
    first = articles.list_page(firm.id)
    rest = articles.list_page(firm.id, after=first.after)
    assert [row.name for row in first.rows + rest.rows] == [f"Artikel {number:02d}" for number in reversed(range(40))]
    assert [row.name for row in articles.search(firm.id, "artikel")] == [f"Artikel {n}" for n in range(39, 31, -1)]
