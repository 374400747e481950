"""Plays the steps of a story by the product's own services, each at its own time, as the two parties did them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from msgspec import Struct, field

from domain.clock import stockholm_date
from extensions import db
from models import Firm, QuoteLink, User
from services import articles, customers, firms, scope, transaction
from services.actors import Actor
from services.deal import (
    answering,
    approving,
    completing,
    consenting,
    deals,
    declining,
    expiring,
    feedback,
    figures,
    links,
    thread,
    viewing,
    withdrawing,
)
from services.deal.consenting import Home, Person
from services.deal.deals import Deal
from services.delivery import Round
from services.demo import protocol
from services.demo.firm import ARTICLES, CUSTOMERS, INQUIRY
from services.demo.stories import Row, Story
from services.inquiries import receiving
from services.outbox import refused
from services.quotes import contracting, drafting, header, line_saving, lines, sections, sending, sharing
from services.quotes.contracting import Signature
from services.quotes.line_saving import LineInput, Shown
from services.uploads import drawing, intake

CUSTOMERS_IP = "192.0.2.17"  # RFC 5737: kept for examples
CUSTOMERS_BROWSER = "Mozilla/5.0 (iPhone)"


class Stage(Struct):
    """The firm whose quotes are played; what it has is known by the keys and names of the stories."""

    firm: Firm
    user: User
    actor: Actor
    customers: dict[str, int] = field(default_factory=dict)  # running numbers
    articles: dict[str, int] = field(default_factory=dict)

    def furnish(self, *, now: datetime) -> None:
        """Customers and price list."""
        for key, customer in CUSTOMERS.items():
            self.customers[key] = customers.create(customer, actor=self.actor, now=now).n
        for place, article in enumerate(ARTICLES):  # the list shows the latest first
            at = now - timedelta(minutes=place)
            self.articles[article.name] = articles.create(article, actor=self.actor, now=at).n

    def be_asked(self, *, now: datetime) -> None:
        """A stranger asks for a quote through the firm's public form."""
        firms.take_inquiries(True, actor=self.actor, now=now)
        title = f"Förfrågan, {INQUIRY.street}"
        receiving.receive(self.firm.public_id, INQUIRY, [], title=title, lang="sv", ip=CUSTOMERS_IP, now=now)
        post = Round(now)
        for letter in post.letters():
            post.deliver(letter)
        db.session.expire_all()


class Played(Struct):
    """One story on its stage. Each act is a method; its last argument is when it happens."""

    stage: Stage
    story: Story
    n: int = 0  # the quote's running number, once it is written
    bounces: str = ""  # what the customer's mail server says to the next letter, if it refuses it

    def play(self, act: str, words: dict[str, Any], now: datetime) -> None:
        """One act, and what the background work does right after it."""
        getattr(self, act)(now=now, **words)
        self._deliver(now)

    def write(self, *, now: datetime) -> None:
        stage = self.stage
        quote = header.create(stage.customers[self.story.customer], stage.firm, actor=stage.actor, now=now)
        self.n = quote.n
        header.save_title(self.n, self.story.title, rev=quote.rev, key="", actor=stage.actor, now=now)
        for place, (title, rows) in enumerate(self.story.sections.items()):
            if place:
                sections.add(self.n, actor=stage.actor, now=now)
            sections.rename(self.n, place + 1, title, rev=1, key="", actor=stage.actor, now=now)
            for row in rows:
                self._write_row(place + 1, row, now)

    def upload(self, *, now: datetime) -> None:
        """A document made elsewhere, looked into by the worker."""
        stage = self.stage
        customer_n, firm = stage.customers[self.story.customer], stage.firm
        name = customers.get(firm.id, customer_n).name
        data = protocol.draw(firms.values(firm, firms.COMPANY) | {"contact": ""}, name, now)
        transaction.rollback()
        transaction.only_read()
        came = intake.Incoming(f"{self.story.title}.pdf", BytesIO(data))
        self.n = intake.create(came, self.story.title, customer_n, firm, key="", actor=stage.actor, now=now)
        transaction.may_write()
        while (order := drawing.claim(now)) is not None:
            drawing.draw(order, now=now)

    def write_more(self, *, section: str, row: Row, now: datetime) -> None:
        self._write_row(list(self.story.sections).index(section) + 1, row, now)

    def contract(self, *, starts: int, days: int, now: datetime) -> None:
        """It is to be signed: work begins in so many days, and takes so many."""
        contracting.set_kind(self.n, "contract", actor=self.stage.actor, now=now)
        quote = drafting.get(self.stage.firm.id, self.n, lock=True)
        begins = stockholm_date(now) + timedelta(days=starts)
        quote.starts_on, quote.finishes_on = begins, begins + timedelta(days=days)
        transaction.commit()

    def share(self, *, name: str, email: str, role: str, now: datetime) -> None:
        sharing.add(self.stage.firm.id, self.n, sharing.Given(name, email, role), actor=self.stage.actor, now=now)

    def arrange(self, *, now: datetime) -> None:
        """They sign one after the other."""
        sharing.arrange(self.stage.firm.id, self.n, in_order=True, actor=self.stage.actor, now=now)

    def send(self, *, message: str = "", email: str = "", bounces: str = "", now: datetime) -> None:
        stage = self.stage
        draft = drafting.load(stage.firm.id, self.n)
        assert draft.customer is not None  # noqa: S101  (each story has one)
        given = sending.Sending(
            email=email or draft.customer.email,
            valid_until=stockholm_date(now) + timedelta(days=self.story.valid_days),
            message=message or draft.quote.message,
            seen=sending.fingerprint(draft, stage.firm, stage.user, now=now),
            signature=Signature(stage.user.name, contracting.PASSWORD, now),
        )
        firm_id = stage.firm.id
        transaction.rollback()
        transaction.only_read()
        sending.send(firm_id, self.n, given, actor=stage.actor, key=_key(), now=now)
        self.bounces = bounces

    def open(self, *, now: datetime) -> None:
        viewing.saw(self._deal(now), now=now)

    def ask(self, *, text: str, now: datetime) -> None:
        thread.ask(self._deal(now), text, now=now)

    def answer(self, *, text: str, now: datetime) -> None:
        thread.answer(drafting.get(self.stage.firm.id, self.n), text, actor=self.stage.actor, now=now)

    def pick(self, *, text: str, now: datetime) -> None:
        deal = self._deal(now)
        keys = [line["key"] for line in figures.options(deal.content) if line["text"] == text]
        viewing.choose(deal, keys, {}, now=now)

    def approve(
        self,
        *,
        name: str,
        numbers: Sequence[tuple[str, str]] = (),
        fastighetsbeteckning: str = "",
        later: bool = False,
        now: datetime,
    ) -> None:
        deal = self._deal(now)
        persons = tuple(Person(who, number) for who, number in numbers) or ((Person(name),) if later else ())
        home = Home("house", fastighetsbeteckning) if numbers else Home("later" if later else "none")
        result = consenting.reckon(deal.content, deal.chosen, persons)
        yes = consenting.Yes(name, frozenset({"e_signature"}), persons, home)
        today = stockholm_date(now)
        seen = consenting.shown(deal.content, deal.found.json_sha256, deal.chosen, result, today=today)
        agreement = approving.approve(deal, yes, seen, key=_key(), now=now)
        if agreement.id in completing.waiting(now):
            completing.complete([agreement.id], now=now)

    def rate(self, *, score: int, text: str, now: datetime) -> None:
        feedback.give(self._deal(now), score, text, now=now)

    def withdraw(self, *, name: str, now: datetime) -> None:
        deal = self._deal(now)
        number = str(deal.quote.number)
        withdrawing.receive(deal, name=name, reply_to=deal.link.email, contract=number, key=_key(), now=now)

    def decline(self, *, reason: str, comment: str, now: datetime) -> None:
        deal = self._deal(now)
        declining.decline(deal, version=deal.found.version, reason=reason, comment=comment, now=now)

    def expire(self, *, now: datetime) -> None:
        expiring.expire(drafting.get(self.stage.firm.id, self.n).id, now=now)

    def recall(self, *, now: datetime) -> None:
        answering.recall(drafting.get(self.stage.firm.id, self.n), actor=self.stage.actor, now=now)

    def archive(self, *, now: datetime) -> None:
        header.archive(self.n, actor=self.stage.actor, now=now)

    def address(self) -> str | None:
        """The address that the customer was mailed."""
        link = self._link()
        return links.address(link) if link else None

    def _write_row(self, section_n: int, row: Row, now: datetime) -> None:
        stage = self.stage
        article_n = stage.articles[row.article]
        line = lines.add_article(self.n, section_n, article_n, stage.firm, actor=stage.actor, now=now).line
        given = LineInput(
            text=row.text or line.text,
            quantity_milli=row.quantity_milli,
            unit=line.unit,
            unit_price_ore=line.unit_price_ore,
            vat_percent=line.vat_percent,
            kind=line.kind,
            note=row.note,
            discount_bp=row.discount_bp,
            deduction=line.deduction,
            work_type=line.work_type,
            is_option=row.is_option,
        )
        shown = Shown(rev=line.rev, key="", kind=line.kind, unit=line.unit)
        line_saving.save(self.n, line.n, given, shown, actor=stage.actor, now=now)

    def _link(self) -> QuoteLink | None:
        return links.mailed(drafting.get(self.stage.firm.id, self.n)) if self.n else None

    def _deal(self, now: datetime) -> Deal:
        """The customer comes by the mailed link."""
        quote = drafting.get(self.stage.firm.id, self.n)
        token = str(self.address()).rpartition("/")[2]
        return deals.find(quote.public_id, token, now=now, ip=CUSTOMERS_IP, user_agent=CUSTOMERS_BROWSER)

    def _deliver(self, now: datetime) -> None:
        post = Round(now)
        for letter in post.letters():
            if self.bounces and letter.kind == "quote_sent" and letter.firm_id == self.stage.firm.id:
                refused(letter, self.bounces, now=post.now())
            else:
                post.deliver(letter)
        db.session.expire_all()


def owner(firm: Firm) -> User:
    """The sample firm's first user."""
    return min(scope.rows(User, firm.id), key=lambda user: user.id)


def _key() -> str:
    return secrets.token_urlsafe(16)
