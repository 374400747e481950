"""A company that sells construction services accounts for the VAT: by default, by the switch of each quote."""

from __future__ import annotations

import pytest

from documents.format import kr
from extensions import db
from models import Customer, Quote, QuoteLine
from tests.routes.quotes.test_builder import DETAILS

NUMBER = "SE556677889901"
BUILDER = {"kind": "company", "sells_construction_services": "yes", "vat_number": NUMBER, "email": "inkop@bygg.example"}


def fresh(n: int = 1) -> Quote:
    db.session.rollback()
    return db.session.query(Quote).filter_by(n=n).populate_existing().one()


def line_prices() -> list[tuple[int, str | None]]:
    db.session.rollback()
    return [(line.unit_price_ore, line.deduction) for line in db.session.query(QuoteLine).order_by(QuoteLine.n)]


def reverse_quote(make, firm, **customer) -> Quote:
    """As the builder leaves it: 16 h at 690 without VAT, 3 900 for transport, an option of 8 900."""
    buyer = make.customer(firm, "Byggbolaget i Norr", **(BUILDER | customer))
    quote = make.quote(firm, buyer, basis="excl", reverse_charge=True)
    for line in db.session.query(QuoteLine):
        line.deduction = line.work_type = None
    db.session.commit()
    return quote


def test_a_new_quote_follows_the_customer(owner, make, firm):
    buyer = make.customer(firm, "Byggbolaget i Norr", **BUILDER)
    shop = make.customer(firm, "Blomsterboden", kind="company", email="x@kund.example")
    owner.post("/offerter/ny", data={"kund": str(buyer.n)})
    owner.post("/offerter/ny", data={"kund": str(shop.n)})
    quotes = [fresh(n) for n in (1, 2)]
    assert [(quote.reverse_charge, quote.basis) for quote in quotes] == [(True, "excl"), (False, "excl")]


def test_prices_are_turned_after_they_are_shown(owner, make, firm):
    buyer = make.customer(firm, "Byggbolaget i Norr", **BUILDER)
    make.quote(firm, make.customer(firm))
    shown = owner.post("/offerter/1/kund", data={"kund": str(buyer.n)})
    assert shown.status_code == 409
    assert "Kunden säljer byggtjänster och redovisar momsen själv" in shown.text
    assert kr(1_494_000) in shown.text.replace("&nbsp;", "\xa0")
    assert kr(1_195_200) in shown.text.replace("&nbsp;", "\xa0")
    assert (fresh().reverse_charge, line_prices()[0]) == (False, (69_000, "rot"))
    assert owner.post("/offerter/1/kund", data={"kund": str(buyer.n), "bekrafta": "1"}).status_code == 303
    quote = fresh()
    assert (quote.reverse_charge, quote.basis, quote.to_pay_ore, quote.deducted) == (True, "excl", 1_195_200, "")
    assert line_prices() == [(55_200, None), (312_000, None), (712_000, None)]
    assert "priserna är utan moms" in owner.get("/offerter/1/redigera").text


def test_a_private_customer_has_vat_again(owner, make, firm):
    reverse_quote(make, firm)
    make.customer(firm)
    assert owner.post("/offerter/1/kund", data={"kund": "2", "bekrafta": "1"}).status_code == 303
    quote = fresh()
    assert (quote.reverse_charge, quote.basis, quote.gross_ore) == (False, "incl", 1_867_500)
    owner.post("/offerter/1/kund", data={"utan": "1"})
    assert fresh().reverse_charge is False


def test_the_switch_of_the_quote(owner, make, firm):
    reverse_quote(make, firm)
    page = owner.get("/offerter/1/uppgifter").text
    assert 'name="reverse_charge" value="y" checked' in page
    rev = fresh().rev
    assert owner.post("/offerter/1/uppgifter", data=DETAILS | {"rev": str(rev)}).status_code == 303
    quote = fresh()
    assert (quote.reverse_charge, quote.basis, quote.net_ore, quote.gross_ore) == (False, "excl", 1_494_000, 1_867_500)
    again = DETAILS | {"rev": str(quote.rev), "reverse_charge": "y"}
    assert owner.post("/offerter/1/uppgifter", data=again).status_code == 303
    assert (fresh().reverse_charge, fresh().gross_ore) == (True, 1_494_000)
    stale = owner.post("/offerter/1/uppgifter", data=DETAILS | {"rev": str(rev), "key": "another"})
    assert stale.status_code == 409
    assert fresh().reverse_charge is True


@pytest.mark.parametrize("kind", ["private", "association"])
def test_only_a_company_has_it_whatever_a_form_says(owner, make, firm, kind):
    customer = make.customer(firm, kind=kind)
    quote = make.quote(firm, customer, basis="incl" if kind == "private" else "excl")
    assert "reverse_charge" not in owner.get("/offerter/1/uppgifter").text
    owner.post("/offerter/1/uppgifter", data=DETAILS | {"rev": str(quote.rev), "reverse_charge": "y"})
    assert fresh().reverse_charge is False


def test_turned_on_with_vat_in_the_prices_takes_it_out(owner, make, firm):
    make.quote(firm, make.customer(firm, **(BUILDER | {"sells_construction_services": "no"})), basis="incl")
    sent = DETAILS | {"rev": "1", "reverse_charge": "y", "price_type": "running_with_cap", "cap": "20 000"}
    owner.post("/offerter/1/uppgifter", data=sent)
    quote = fresh()
    assert (quote.reverse_charge, quote.basis, quote.cap_ore, quote.to_pay_ore) == (True, "excl", 1_600_000, 1_195_200)
    assert line_prices()[0] == (55_200, None)


def test_no_line_gets_a_deduction(owner, make, firm):
    reverse_quote(make, firm)
    sent = {"rev": "1", "was_kind": "labour", "was_unit": "tim", "text": "Rivning", "quantity": "16", "unit": "tim"}
    sent |= {"price": "690", "vat_percent": "25", "kind": "labour", "deduction": "rot:bygg"}
    owner.post("/offerter/1/rader/2", data=sent)
    assert line_prices()[0] == (69_000, None)
    assert fresh().to_pay_ore in (0, 1_494_000)


def test_the_basis_is_not_to_choose(owner, make, firm):
    quote = make.quote(firm, make.customer(firm, **BUILDER), lines=False, basis="excl", reverse_charge=True)
    assert "Vilka priser vill du skriva" not in owner.get(f"/offerter/{quote.n}/redigera").text
    assert owner.post(f"/offerter/{quote.n}/moms", data={"basis": "incl"}).status_code == 409
    assert fresh().basis == "excl"


def test_a_copy_keeps_the_choice_for_the_same_customer_alone(make, firm, owner):
    from services.clock import utc_now
    from services.quotes import templates
    from tests.routes.deal.conftest import actor_of

    quote = reverse_quote(make, firm)
    buyer = db.session.query(Customer).one()
    quote.reverse_charge = False  # goods only
    db.session.commit()
    other = make.customer(firm, "Stenhuggaren", **(BUILDER | {"email": "y@kund.example"}))
    actor, now = actor_of(make, firm), utc_now()
    same = templates.copy_quote(1, buyer.n, firm, once_key="a", actor=actor, now=now)
    new = templates.copy_quote(1, other.n, firm, once_key="b", actor=actor, now=now)
    assert (fresh(same.n).reverse_charge, fresh(new.n).reverse_charge) == (False, True)
    assert fresh(new.n).to_pay_ore == 1_494_000


def test_what_to_look_at_before_it_goes(owner, make, firm):
    reverse_quote(make, firm, vat_number="")
    review = owner.get("/offerter/1/granska").text
    assert "Skriv kundens momsnummer: kunden redovisar momsen." in review
    assert 'href="/kunder/1/redigera#vat_number"' in review
    customer = db.session.query(Customer).one()
    customer.sells_construction_services = "unknown"
    db.session.commit()
    assert "på kunden står inte att den säljer byggtjänster" in owner.get("/offerter/1/granska").text
    fresh().reverse_charge = False
    db.session.commit()
    assert "Säljer kunden byggtjänster? Då ska det vara utan moms." in owner.get("/offerter/1/granska").text
    db.session.query(Customer).one().sells_construction_services = "yes"
    db.session.commit()
    assert "men det är moms på arbetet" in owner.get("/offerter/1/granska").text
    fresh().reverse_charge = True
    for line in db.session.query(QuoteLine):
        line.kind = "material"
    db.session.commit()
    assert "Bara varor säljs med moms" in owner.get("/offerter/1/granska").text


def test_one_that_is_no_company_any_more_has_vat(owner, make, firm):
    reverse_quote(make, firm)
    row = db.session.query(Customer).one()
    form = {"kind": "private", "name": row.name, "email": row.email, "rev": str(row.rev)}
    assert owner.post("/kunder/1/redigera", data=form).status_code == 303
    assert (fresh().reverse_charge, fresh().gross_ore) == (False, 1_867_500)
    row = db.session.query(Customer).one()
    assert (row.vat_number, row.sells_construction_services, row.construction_checked_at) == ("", "unknown", None)
