"""What who approves is asked for and shown: ticks, button and figures. What they approve is exactly that."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from documents import deciders, wording
from domain import canonical, consents
from domain.deductions import Applicant as Share
from domain.parties import Role
from domain.quotes import Totals, from_data
from services import signing
from services.deal import figures, parties, viewing
from services.deal.deals import Deal
from services.deal.figures import Chosen


class Person(Struct, frozen=True):
    """One who asks for the deduction. `used_*` is what was used this year elsewhere, in whole kronor."""

    name: str
    personnummer: str = ""  # 12 digits; empty while it is to be given later
    used_rot_kr: int = 0
    used_rut_kr: int = 0
    weight: int = 1  # of the share, against the others' weights
    email: str = ""  # of a co-applicant, who gets a link to type the own number by
    used_green_kr: int = 0

    @property
    def share(self) -> Share:
        return Share(self.used_rot_kr, self.used_rut_kr, self.weight, used_green_kr=self.used_green_kr)


class Home(Struct, frozen=True):
    kind: str = "none"  # none, house, flat, later
    fastighetsbeteckning: str = ""
    brf_orgnr: str = ""
    flat_number: str = ""


class Shown(Struct, frozen=True):
    """What stood on the page when the button was pressed."""

    version: int
    json_sha256: str
    chosen: Chosen
    shares: str
    total_ore: int
    to_pay_ore: int
    words: str  # `words_sha256` of the texts beside ticks and button: one of them names a day
    agreed_sha256: str = ""  # of what another has approved already; empty for the first

    @property
    def terms(self) -> str:
        """Names the version and the figures, which a one-time code is bound to."""
        chosen = [list(self.chosen.picked), dict(self.chosen.quantities)]
        sums = [self.shares, self.total_ore, self.to_pay_ore]
        said = [self.version, self.json_sha256, chosen, sums, self.agreed_sha256]
        return canonical.sha256_hex(canonical.dumps(said))


class Yes(Struct, frozen=True):
    """What the customer typed and ticked."""

    name: str
    ticks: frozenset[str]
    persons: tuple[Person, ...] = ()
    home: Home = Home()
    email: str = ""  # where the papers go, typed where the firm knows no address
    proof: signing.Proof = signing.Proof()


def offered_ticks(
    content: Mapping[str, Any], *, today: date, given: frozenset[str] | None = None
) -> tuple[consents.Tick, ...]:
    """`given`: the ticks of those who have approved before. What one of them left out holds for none."""
    ticks = consents.ticks(
        customer_kind=content["customer"]["kind"],
        starts_on=_date(content["starts_on"]),
        finishes_on=_date(content["finishes_on"]),
        contract_on=today,
    )
    return ticks if given is None else tuple(tick for tick in ticks if tick.required or tick.kind in given)


def given(deal: Deal) -> frozenset[str] | None:
    """The ticks of all who have approved before; None while nobody has."""
    return parties.given_by_all(deal.approvals) if deal.pending is not None else None


def reckon(content: Mapping[str, Any], chosen: Chosen, persons: tuple[Person, ...] = ()) -> Totals:
    """The sums with these applicants; without any, one with an unused year."""
    shares = tuple(one.share for one in persons) or figures.ONE_PERSON
    return figures.totals(content, chosen.picked, shares, quantities=chosen.quantities)


def asks_email(deal: Deal) -> bool:
    """Whether nobody knows where the papers go: they are a letter's, since a link alone does not last (DAL 2:4-5)."""
    return not (deal.content["customer"]["email"] or deal.link.email)


def button_text(content: Mapping[str, Any]) -> str:
    """What stands on the order button."""
    return order_button(content).text


def order_button(content: Mapping[str, Any]) -> wording.Wording:
    """Its words, as evidence keeps them."""
    return wording.button(content["customer"]["kind"], wording.kind_of(content))


def statement_text(content: Mapping[str, Any], kinds: Collection[str]) -> str:
    """What each who asks for the deductions of these kinds states; empty where there are none."""
    return wording.statement(kinds, content["firm"]["name"]).text if kinds else ""


def words_sha256(content: Mapping[str, Any], *, today: date, given: frozenset[str] | None = None) -> str:
    """Names all that is agreed to by ticks and button."""
    ticks = offered_ticks(content, today=today, given=given)
    texts = [viewing.ticks_text(content, tick.kind, today=today).text for tick in ticks]
    return canonical.sha256_hex(canonical.dumps([*texts, button_text(content)]))


def shown(content: Mapping[str, Any], json_sha256: str, chosen: Chosen, result: Totals, *, today: date) -> Shown:
    """What the page says, for the form to carry."""
    return Shown(
        version=content["version"],
        json_sha256=json_sha256,
        chosen=chosen,
        shares=figures.shares_text(result),
        total_ore=result.gross_ore,
        to_pay_ore=result.to_pay_ore,
        words=words_sha256(content, today=today),
    )


def reckoned(deal: Deal, persons: tuple[Person, ...] = ()) -> Totals:
    """The sums that who has come would approve: those of the first who did, else with these applicants."""
    if deal.pending is not None:
        return from_data(json.loads(deal.pending.agreed)["totals"])
    return reckon(deal.content, deal.chosen, persons)


def shown_to(deal: Deal, result: Totals, *, today: date) -> Shown:
    """What the page of step 2 says to who has come."""
    page = shown(deal.content, deal.found.json_sha256, deal.chosen, result, today=today)
    if deal.pending is None:
        return page
    words = [text.text for _tick, text in ticks_of(deal, today=today)]
    words_of_all = canonical.sha256_hex(canonical.dumps([*words, button_of(deal).text]))
    return replace(page, words=words_of_all, agreed_sha256=deal.pending.agreed_sha256)


def ticks_of(deal: Deal, *, today: date) -> list[tuple[consents.Tick, wording.Wording]]:
    """What who has come is asked to tick, with its words. A witness orders nothing and attests the others' names."""
    if deal.role == Role.WITNESS:
        names = [row.name for row in deal.approvals if row.role != Role.WITNESS]
        return [(consents.ATTESTS, wording.attests(deciders.together(names)))]
    offered = offered_ticks(deal.content, today=today, given=given(deal))
    return [(tick, viewing.ticks_text(deal.content, tick.kind, today=today)) for tick in offered]


def button_of(deal: Deal) -> wording.Wording:
    """What stands on the button for who has come."""
    return wording.witness_button() if deal.role == Role.WITNESS else order_button(deal.content)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
