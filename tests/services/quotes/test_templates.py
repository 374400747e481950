"""Templates and copies: what comes along, what stays with the customer, prices in the new quote's basis."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Event, Firm, Quote, QuoteLine, QuoteSection, QuoteTemplate
from services import transaction
from services.actors import Actor
from services.clock import utc_now
from services.customers import CustomerInput
from services.errors import NotFound
from services.quotes import drafting, templates
from services.quotes.lines import TooManyLines
from services.quotes.template_content import BrokenTemplate, NewerTemplate
from services.quotes.templates import TemplateChanged, TooManyTemplates

NOW = utc_now()
PLAN = [
    {"trigger": "order", "text": "", "share_bp": 3000, "amount_ore": None, "on": None},
    {"trigger": "date", "text": "", "share_bp": None, "amount_ore": None, "on": "2026-12-01"},
]


@pytest.fixture
def karin(make, firm):
    return make.customer(firm)


@pytest.fixture
def quote(make, firm, karin):
    quote = make.quote(
        firm,
        karin,
        site_street="Granstigen 4",
        site_city="Lillhamra",
        message="Hej Karin, här kommer offerten.",
        terms="Egna villkor.",
        not_included="Målning",
        customer_does="Tömmer rummet",
        price_type="approximate",
        limit_percent=10,
        discount_bp=500,
        payment_plan=json.dumps(PLAN),
        starts_on=date(2026, 12, 1),
    )
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    section.price_mode, section.discount_bp = "no_rows", 250
    make.line(quote, section, n=5, text="Allt material ingår.", is_text=True, unit_price_ore=0, kind="other")
    make.line(
        quote,
        section,
        n=6,
        text="Kakel",
        unit_price_ore=40000,
        kind="material",
        quantity_min_milli=500,
        quantity_max_milli=9000,
        purchase_price_ore=21000,
        note="Vitt",
    )
    db.session.commit()
    return quote


def save(quote, actor, name="Badrum", key="k1", **more) -> QuoteTemplate:
    given = {"removes_draft": False} | more
    return templates.save(quote.n, name, once_key=key, actor=actor, now=NOW, **given)


def lines_of(n, actor) -> list[QuoteLine]:
    return drafting.load(actor.firm_id, n).lines


def row(n, actor) -> Quote:
    return drafting.load(actor.firm_id, n).quote


def test_a_template_holds_what_the_firm_wrote_and_nothing_of_the_customer(quote, karin, actor):
    template = save(quote, actor)
    content = templates.show(template).content
    assert (content.title, content.message, content.terms) == ("Badrum", "", "Egna villkor.")
    assert [line.text for line in content.sections[0].lines][-2:] == ["Allt material ingår.", "Kakel"]
    for secret in ("Karin", "Almgren", "Granstigen", "Lillhamra", karin.email, "2026-12-01T"):
        assert secret not in template.content


def test_a_new_quote_from_it_has_it_all(quote, karin, actor, firm, make):
    template = save(quote, actor)
    lars = make.customer(firm, "Lars Ek", site_street="Ekvägen 1")
    n, lost_dates = templates.begin(template.n, lars.n, firm, actor=actor, now=NOW)
    new = row(n, actor)
    assert lost_dates
    assert (new.title, new.customer_name, new.site_street) == ("Badrum", "Lars Ek", "Ekvägen 1")
    assert (new.price_type, new.limit_percent, new.discount_bp) == ("approximate", 10, 500)
    assert (new.not_included, new.customer_does, new.terms) == ("Målning", "Tömmer rummet", "Egna villkor.")
    assert (new.starts_on, new.status, new.number, new.message) == (None, "draft", None, firm.default_message)
    assert new.valid_until == stockholm_date(NOW) + timedelta(days=30)
    assert [part["trigger"] for part in json.loads(new.payment_plan)] == ["order", "finish"]
    old = lines_of(quote.n, actor)
    for name in ("text", "note", "quantity_milli", "unit_price_ore", "deduction", "is_option", "is_text", "kind"):
        assert [getattr(line, name) for line in lines_of(n, actor)] == [getattr(line, name) for line in old]
    kakel = lines_of(n, actor)[-1]
    assert (kakel.quantity_min_milli, kakel.quantity_max_milli, kakel.purchase_price_ore) == (500, 9000, 21000)
    section = drafting.load(firm.id, n).sections
    assert [(one.title, one.price_mode, one.discount_bp) for one in section] == [("Rivning", "no_rows", 250)]
    assert new.gross_ore == drafting.totals(drafting.load(firm.id, n)).gross_ore > 0
    assert [event.act for event in db.session.query(Event)] == ["doc.created"]


def test_prices_are_turned_once_for_a_company_and_its_labour_has_no_deduction(quote, actor, firm, make):
    template = save(quote, actor)
    company = make.customer(firm, "Bygg AB", kind="company")
    n, _lost = templates.begin(template.n, company.n, firm, actor=actor, now=NOW)
    assert row(n, actor).basis == "excl"
    assert [line.unit_price_ore for line in lines_of(n, actor)] == [55200, 312000, 712000, 0, 32000]
    assert {line.deduction for line in lines_of(n, actor)} == {None}
    assert lines_of(n, actor)[-1].purchase_price_ore == 21000


def test_from_a_companys_quote_a_private_customers_labour_carries_rot(actor, firm, make, karin):
    company = make.customer(firm, "Bygg AB", kind="company")
    source = make.quote(firm, company, basis="excl", cap_ore=1_000_000, price_type="running_with_cap")
    for line in lines_of(source.n, actor):
        line.deduction = line.work_type = None
    transaction.commit()
    n, *_left = templates.copy_quote(source.n, karin.n, firm, actor=actor, now=NOW)
    assert row(n, actor).basis == "incl"
    assert row(n, actor).cap_ore == 1_250_000
    assert [(line.deduction, line.unit_price_ore) for line in lines_of(n, actor)] == [
        ("rot", 86250),
        (None, 487500),
        (None, 1112500),
    ]


def test_a_copy_for_the_same_customer_keeps_title_greeting_and_site(quote, karin, actor, firm):
    n, *_left = templates.copy_quote(quote.n, karin.n, firm, actor=actor, now=NOW)
    new = row(n, actor)
    assert (new.title, new.message, new.site_street) == (
        "Badrum, Granstigen 4",
        "Hej Karin, här kommer offerten.",
        "Granstigen 4",
    )
    assert new.public_id != quote.public_id


def test_a_copy_for_the_same_customer_keeps_what_is_known_of_the_home(quote, make, karin, actor, firm):
    quote.home, quote.home_year = "house", 1987
    db.session.commit()
    n, *_left = templates.copy_quote(quote.n, karin.n, firm, actor=actor, now=NOW)
    assert (row(n, actor).home, row(n, actor).home_year) == ("house", 1987)
    lars = make.customer(firm, "Lars Ek")
    n, *_left = templates.copy_quote(quote.n, lars.n, firm, actor=actor, now=NOW)
    assert (row(n, actor).home, row(n, actor).home_year) == ("", None)


def test_a_copy_for_a_new_customer_names_nobody_else(quote, actor, firm):
    given = CustomerInput(kind="private", name="Lars Ek", phone="+46701740605", site_street="Ekvägen 1")
    n, *_left = templates.copy_quote(quote.n, given, firm, actor=actor, now=NOW)
    new = row(n, actor)
    assert (new.title, new.customer_name, new.site_street) == ("Badrum", "Lars Ek", "Ekvägen 1")
    assert "Karin" not in new.message + new.search_text


@pytest.mark.parametrize("status", ["sent", "accepted", "declined", "expired", "withdrawn"])
def test_sent_and_ended_quotes_can_be_copied_and_kept(quote, karin, actor, firm, status):
    quote.status, quote.number, quote.version = status, "2026-001", 1
    db.session.commit()
    n, *_left = templates.copy_quote(quote.n, karin.n, firm, actor=actor, now=NOW)
    assert (row(n, actor).status, row(n, actor).version) == ("draft", 0)
    assert save(quote, actor).name == "Badrum"
    assert row(quote.n, actor).status == status


def test_the_same_form_twice_makes_one(quote, karin, actor, firm):
    first = save(quote, actor)
    assert save(quote, actor).n == first.n
    one = templates.begin(first.n, karin.n, firm, once_key="b", actor=actor, now=NOW)[0]
    assert templates.begin(first.n, karin.n, firm, once_key="b", actor=actor, now=NOW)[0] == one
    two = templates.copy_quote(quote.n, karin.n, firm, once_key="c", actor=actor, now=NOW)[0]
    assert templates.copy_quote(quote.n, karin.n, firm, once_key="c", actor=actor, now=NOW)[0] == two
    draft = templates.from_scratch(firm, once_key="d", actor=actor, now=NOW)
    assert templates.from_scratch(firm, once_key="d", actor=actor, now=NOW) == draft
    assert db.session.query(QuoteTemplate).count() == 1
    assert db.session.query(Quote).count() == 4


def test_put_into_a_draft_appends_once(quote, karin, actor, firm, make):
    template = save(quote, actor)
    target = make.quote(firm, karin)
    for _again in range(2):
        first, _lost = templates.put_into(target.n, template.n, firm, once_key="p", actor=actor, now=NOW)
    draft = drafting.load(firm.id, target.n)
    assert [section.n for section in draft.sections] == [1, first]
    assert len(draft.lines) == 8
    assert draft.quote.price_type == "fixed"
    assert [line.n for line in draft.lines] == [2, 3, 4, 5, 6, 7, 8, 9]


def test_put_into_an_empty_draft_begins_it(quote, actor, firm):
    template = save(quote, actor)
    n = templates.from_scratch(firm, once_key="", actor=actor, now=NOW)
    first, lost_dates = templates.put_into(n, template.n, firm, once_key="", actor=actor, now=NOW)
    assert lost_dates
    assert first == 1
    assert (row(n, actor).title, row(n, actor).price_type) == ("Badrum", "approximate")


def test_more_lines_than_a_quote_holds_change_nothing(quote, karin, actor, firm, make):
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    for number in range(300):
        make.line(quote, section, n=100 + number, text=f"Rad {number}")
    db.session.commit()
    template = save(quote, actor)
    with pytest.raises(TooManyLines):
        templates.put_into(quote.n, template.n, firm, once_key="p", actor=actor, now=NOW)
    transaction.rollback()
    assert len(lines_of(quote.n, actor)) == 305


def test_replaced_by_the_first_of_two(quote, actor):
    template = save(quote, actor)
    templates.replace(quote.n, template.n, rev=1, once_key="r", removes_draft=False, actor=actor, now=NOW)
    with pytest.raises(TemplateChanged):
        templates.replace(quote.n, template.n, rev=1, once_key="s", removes_draft=False, actor=actor, now=NOW)
    transaction.rollback()
    assert templates.get(actor.firm_id, template.n).rev == 2


def test_renamed_archived_and_back(quote, actor):
    template = save(quote, actor)
    templates.rename(template.n, "Litet badrum", rev=1, actor=actor)
    with pytest.raises(TemplateChanged):
        templates.rename(template.n, "Stort badrum", rev=1, actor=actor)
    transaction.rollback()
    assert [one.template.name for one in templates.listed(actor.firm_id, typed="LITET bad")] == ["Litet badrum"]
    assert templates.listed(actor.firm_id, typed="stort") == []
    templates.archive(template.n, actor=actor, now=NOW)
    assert not templates.has_any(actor.firm_id)
    assert [one.template.n for one in templates.listed(actor.firm_id, archived=True)] == [template.n]
    templates.restore(template.n, actor=actor)
    assert templates.has_any(actor.firm_id)


def test_the_latest_used_comes_first(quote, actor, firm):
    first = save(quote, actor, "Ett")
    save(quote, actor, "Två", key="k2")
    templates.begin(first.n, None, firm, actor=actor, now=NOW + timedelta(hours=1))
    assert [one.template.name for one in templates.listed(firm.id)] == ["Ett", "Två"]


def test_a_draft_that_was_only_built_for_it_is_put_away(actor, firm, quote):
    n = templates.from_scratch(firm, once_key="", actor=actor, now=NOW)
    save(row(n, actor), actor, removes_draft=True)
    assert row(n, actor).archived_at
    save(quote, actor, key="k2", removes_draft=True)
    assert row(quote.n, actor).archived_at is None  # it has a customer


@pytest.mark.parametrize(
    ("content", "error", "fault"),
    [("{}", BrokenTemplate, "broken"), ('{"schema":"handslag.template/2"}', NewerTemplate, "newer")],
)
def test_what_cannot_be_read_is_listed_kept_and_not_used(quote, karin, actor, firm, content, error, fault):
    template = save(quote, actor)
    template.content = content
    transaction.commit()
    assert [one.fault for one in templates.listed(firm.id)] == [fault]
    with pytest.raises(error):
        templates.begin(template.n, karin.n, firm, actor=actor, now=NOW)
    transaction.rollback()
    assert templates.get(firm.id, template.n).content == content
    assert db.session.query(Quote).count() == 1


def test_at_most_so_many(quote, actor, firm):
    for n in range(1000, 1000 + templates.MOST):
        db.session.add(QuoteTemplate(firm_id=firm.id, n=n, name="x", content="{}", used_at=NOW))
    db.session.commit()
    with pytest.raises(TooManyTemplates):
        save(quote, actor)


def test_another_firms_are_not_found(quote, actor, make):
    template = save(quote, actor)
    other = make.firm("Annan Snickeri")
    user = make.owner(other)
    stranger = Actor(other.id, other.public_id, f"user:{user.public_id}", user.name, user.id)
    mine = make.quote(other)
    make.quote(db.session.get(Firm, actor.firm_id))  # number 2, which the other firm does not have
    for act in (
        lambda: templates.save(2, "x", once_key="", removes_draft=False, actor=stranger, now=NOW),
        lambda: templates.replace(mine.n, template.n, rev=1, once_key="", removes_draft=False, actor=stranger, now=NOW),
        lambda: templates.rename(template.n, "x", rev=1, actor=stranger),
        lambda: templates.archive(template.n, actor=stranger, now=NOW),
        lambda: templates.begin(template.n, None, other, actor=stranger, now=NOW),
        lambda: templates.put_into(mine.n, template.n, other, once_key="", actor=stranger, now=NOW),
        lambda: templates.copy_quote(2, None, other, actor=stranger, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()
        transaction.rollback()
    assert templates.latest_quotes(other.id) == []
