"""Firms and quotes for tests that begin in the middle of a day."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from extensions import db
from models import Firm, Quote, QuoteLine, QuoteSection
from services import transaction
from services.actors import Actor
from services.clock import utc_now
from services.deal import links
from services.photos import arranging, intake
from services.photos import rows as photos
from services.photos.intake import Upload
from services.photos.rows import Place
from services.quotes import drafting, sending
from tests.browser.product import Product
from tests.factories import Make
from tests.ground.product import wait_for
from tests.pictures import photo


@dataclass(frozen=True)
class Begun:
    """A firm, a customer, a quote. `n` is the quote's number in addresses, `link` what was mailed if it is sent."""

    jonas: str
    eva: str
    karin: str
    n: int
    deal: str
    link: str = ""


def begin(product: Product, *, lines: int = 0, rot: bool = True, is_sent: bool = False) -> Begun:
    """A new firm with two logins, an article, a customer and one quote; `lines` more than the three it always has."""

    def fill(make: Make, quote: Quote) -> None:
        section = _section(make, quote, rot)
        for n in range(10, 10 + lines):
            text = f"Moment {n} med ytskikt och lister"
            make.line(quote, section, n=n, text=text, quantity_milli=2500, kind="material")

    return _begin(product, fill, lines=rot, is_sent=is_sent)


def begin_spouses(product: Product) -> Begun:
    """A sent quote with 66 240 kr of work that gives rot, and 3 900 kr of material."""

    def fill(make: Make, quote: Quote) -> None:
        rot = {"deduction": "rot", "work_type": "bygg", "unit": "tim", "quantity_milli": 80_000}
        make.line(quote, _section(make, quote, True), n=11, text="Plattsättning", **rot)

    return _begin(product, fill, lines=True, is_sent=True)


def begin_choices(product: Product) -> Begun:
    """A sent quote: a floor that must be chosen, an option, one with a quantity, shelves to have 2 to 9 of."""

    def fill(make: Make, quote: Quote) -> None:
        steel, option = {"kind": "material"}, {"kind": "material", "is_option": True}
        rot = {"deduction": "rot", "work_type": "bygg"}
        limits = {"quantity_min_milli": 2000, "quantity_max_milli": 9000}
        floor = _new_section(quote, 1, "Golv", choice="must")
        make.line(quote, floor, n=5, text="Ekparkett", unit_price_ore=1_947_000, is_recommended=True, **option)
        make.line(quote, floor, n=6, text="Klinker", unit_price_ore=2_430_000, **option)
        rest = _new_section(quote, 2, "Inredning")
        make.line(quote, rest, n=7, text="Golvvärme", unit_price_ore=890_000, is_recommended=True, **option)
        make.line(quote, rest, n=8, text="Nisch", unit_price_ore=85_000, quantity_milli=3000, **option, **limits)
        make.line(
            quote, rest, n=9, text="Hyllplan", unit="st", unit_price_ore=45_000, quantity_milli=4000, **steel, **limits
        )
        make.line(quote, rest, n=10, text="Snickare", unit="tim", quantity_milli=16_000, **rot)

    return _begin(product, fill, lines=False, is_sent=True)


def begin_photos(product: Product) -> Begun:
    """A sent quote with two photos, the second of a line; the first has words."""

    def fill(make: Make, quote: Quote) -> None:
        firm = db.session.get_one(Firm, quote.firm_id)
        actor, now, n = _actor(make, firm), utc_now(), quote.n
        db.session.commit()
        for shade, place in ((40, Place()), (170, Place(line_n=3))):
            intake.add(n, [Upload(f"{shade}.jpg", BytesIO(photo(shade=shade)))], place, actor=actor, now=now)
            transaction.may_write()
        wait_for(lambda: _are_drawn(actor.firm_id, n))  # by the product's own worker
        transaction.may_write()
        first = photos.of_quote(actor.firm_id, drafting.get(actor.firm_id, n).id)[0]
        arranging.caption(n, first.public_id, "Badrummet före", rev=1, key="", actor=actor, now=now)
        transaction.may_write()

    return _begin(product, fill, lines=True, is_sent=True)


def send_changed(product: Product, begun: Begun, **line: Any) -> None:
    """The quote once more, with another line 2."""
    with product.rows() as make:
        quote = db.session.query(Quote).filter_by(public_id=begun.deal).one()
        row = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).one()
        for name, value in line.items():
            setattr(row, name, value)
        db.session.commit()
        _send(make, db.session.get_one(Firm, quote.firm_id), quote, begun.karin)


def _are_drawn(firm_id: int, n: int) -> bool | None:
    shown = photos.of_quote(firm_id, drafting.get(firm_id, n).id)
    db.session.rollback()  # reading here keeps the worker from writing
    return all(one.state == "ready" for one in shown) or None


def _actor(make: Make, firm: Firm) -> Actor:
    user = make.owner(firm)
    return Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id, "192.0.2.1", "test")


def begin_large(product: Product, *, is_sent: bool) -> Begun:
    """Lines of 999 999 999,99 kr, and options as dear: the sum has twelve digits."""

    def fill(make: Make, quote: Quote) -> None:
        quote.discount_bp = 250
        section = _new_section(quote, 1, "Stomme och tak", discount_bp=500)
        dear = {"unit_price_ore": 99_999_999_999, "kind": "material"}
        make.line(quote, section, n=5, text="Stomme i limträ", unit="st", **dear)
        make.line(quote, section, n=6, text="Takstolar med lång spännvidd", unit="st", **dear)
        make.line(quote, section, n=7, text="Golvvärme", is_option=True, is_recommended=True, **dear)

    return _begin(product, fill, lines=False, is_sent=is_sent)


def _begin(product: Product, fill: Callable[[Make, Quote], None], *, lines: bool, is_sent: bool) -> Begun:
    mark = secrets.token_hex(4)
    jonas, eva, karin = (f"{name}.{mark}@tumbredd.example" for name in ("jonas", "eva", "karin"))
    with product.rows() as make:
        firm = make.firm()
        make.owner(firm).email = jonas
        make.user(firm, role="office", email=eva, name="Eva Berg")
        make.article(firm)
        quote = make.quote(firm, make.customer(firm, email=karin), lines=lines)
        fill(make, quote)
        db.session.commit()
        link = _send(make, firm, quote, karin) if is_sent else ""
        return Begun(jonas, eva, karin, quote.n, quote.public_id, link)


def _section(make: Make, quote: Quote, has_one: bool) -> QuoteSection:
    if has_one:
        return db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    section = _new_section(quote, 1, "Garage")
    make.line(quote, section, n=2, text="Garageport", unit="st", unit_price_ore=1490000, kind="material")
    return section


def _new_section(quote: Quote, n: int, title: str, **given: Any) -> QuoteSection:
    section = QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=n, position=n, title=title, **given)
    db.session.add(section)
    db.session.flush()
    return section


def _send(make: Make, firm: Firm, quote: Quote, email: str) -> str:
    """As the review page does; the mailed address."""
    user, now, n = make.owner(firm), utc_now(), quote.n
    actor = _actor(make, firm)
    seen = sending.fingerprint(drafting.load(firm.id, n), firm, user, now=now)
    given = sending.Sending(email, quote.valid_until, "Hej Karin. Här är offerten.", seen)
    firm_id = firm.id
    transaction.only_read()
    db.session.rollback()
    sending.send(firm_id, n, given, actor=actor, key=secrets.token_urlsafe(16), now=now)
    transaction.may_write()
    db.session.rollback()
    link = links.mailed(drafting.get(firm_id, n))
    assert link is not None
    return links.address(link)
