"""Rows for tests. Names and addresses are fictive; numbers are published test numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from domain.clock import stockholm_date
from extensions import db
from models import Article, Customer, Firm, Quote, QuoteLine, QuoteSection, User, new_public_id
from services import events, keys, numbers, passwords, search
from services.clock import utc_now
from services.installation import secrets, settings

PASSWORD = "grovspik och hyvel 7"
PERSONNUMMER = ("198406012388", "198502152393", "194807171899", "199604102393")
FIRM_ORGNR = "878000-3656"


class Make:
    """Each method commits what it makes and returns the row."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._made = 0

    def _next(self) -> int:
        self._made += 1
        return self._made

    def firm(self, name: str = "Tumbredd Snickeri", **given: Any) -> Firm:
        """A firm with all its data filled in, its key, its chain and a confirmed owner."""
        public_id = new_public_id()
        keys.create_firm_key(settings(), secrets(), public_id)
        values: dict[str, Any] = {
            "orgnr": FIRM_ORGNR,
            "vat_number": "SE878000365601",
            "f_skatt": True,
            "street": "Verkstadsvägen 2",
            "postal_code": "999 99",
            "city": "Lillhamra",
            "phone": "+4684650404",
            "email": "kontakt@tumbredd.example",
            "bankgiro": "5050-1055",
        } | given
        firm = Firm(name=name, public_id=public_id, created_at=utc_now(), **values)
        db.session.add(firm)
        db.session.flush()
        events.open_chain(firm.id)
        db.session.commit()
        self.user(firm)
        return firm

    def user(self, firm: Firm, *, role: str = "owner", email: str = "", **given: Any) -> User:
        values: dict[str, Any] = {"email_confirmed_at": utc_now(), "name": "Jonas Ek"} | given
        user = User(
            firm_id=firm.id,
            email=email or f"{role}{self._next()}@tumbredd.example",
            role=role,
            password_hash=passwords.hash_password(PASSWORD),
            created_at=utc_now(),
            **values,
        )
        db.session.add(user)
        db.session.commit()
        return user

    def owner(self, firm: Firm) -> User:
        return db.session.query(User).filter_by(firm_id=firm.id, role="owner").order_by(User.id).first()  # type: ignore[return-value]

    def customer(self, firm: Firm, name: str = "Karin Almgren", **given: Any) -> Customer:
        values: dict[str, Any] = {
            "kind": "private",
            "email": "karin.almgren@kund.example",
            "site_street": "Granstigen 4",
            "site_postal_code": "999 98",
            "site_city": "Lillhamra",
        } | given
        customer = Customer(
            firm_id=firm.id,
            n=numbers.take(firm.id, "customer"),
            name=name,
            sort_name=search.order_of(name),
            search_text=search.text_of(name, values["email"], search.phone_text(values.get("phone", ""))),
            created_at=utc_now(),
            **values,
        )
        db.session.add(customer)
        db.session.commit()
        return customer

    def article(self, firm: Firm, name: str = "Snickare", **given: Any) -> Article:
        values: dict[str, Any] = {"unit": "tim", "unit_price_ore": 69000, "kind": "labour"} | given
        article = Article(
            firm_id=firm.id,
            n=numbers.take(firm.id, "article"),
            name=name,
            search_text=name.lower(),
            used_at=utc_now(),
            **values,
        )
        db.session.add(article)
        db.session.commit()
        return article

    def quote(self, firm: Firm, customer: Customer | None = None, *, lines: bool = True, **given: Any) -> Quote:
        """A draft; with `lines` one section of labour (16 tim à 690 kr, rot), material and an option."""
        today = stockholm_date(utc_now())
        values: dict[str, Any] = {
            "title": "Badrum, Granstigen 4",
            "valid_until": today + timedelta(days=30),
            "user_id": self.owner(firm).id,
            "customer_id": customer.id if customer else None,
            "customer_name": customer.name if customer else "",
            "search_text": f"badrum granstigen {customer.name if customer else ''}".lower(),
            "touched_at": utc_now(),
        } | given
        quote = Quote(
            firm_id=firm.id,
            n=numbers.take(firm.id, "quote"),
            created_at=utc_now(),
            **({"touched_at": utc_now()} | values),
        )
        db.session.add(quote)
        db.session.flush()
        if lines:
            section = QuoteSection(firm_id=firm.id, quote_id=quote.id, n=1, position=1, title="Rivning")
            db.session.add(section)
            db.session.flush()
            self.line(
                quote,
                section,
                n=2,
                text="Rivning av ytskikt",
                quantity_milli=16000,
                unit="tim",
                deduction="rot",
                work_type="bygg",
            )
            self.line(quote, section, n=3, text="Bortforsling", unit_price_ore=390000, kind="other")
            self.line(quote, section, n=4, text="Golvvärme, el", unit_price_ore=890000, kind="material", is_option=True)
        db.session.commit()
        return quote

    def line(self, quote: Quote, section: QuoteSection, **given: Any) -> QuoteLine:
        values: dict[str, Any] = {"unit_price_ore": 69000, "position": given.get("n", 1)} | given
        line = QuoteLine(
            firm_id=quote.firm_id, quote_id=quote.id, section_id=section.id, changed_at=utc_now(), **values
        )
        db.session.add(line)
        return line
