"""A customer's yes: what the form showed is compared with our own figures, then kept as canonical JSON.

One press, one row. A deal that is already agreed answers with what there is; anything that differs from what the
customer saw is Changed, and nothing is signed. Where several decide (services/deal/parties.py) the first yes settles
choices and applicants, the others approve just that, and the last of them makes the agreement.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import languages
from documents import deciders, wording
from domain import canonical, consents, personnummer
from domain.clock import stockholm_date
from domain.dates_sv import last_withdrawal_day
from domain.deal_kinds import yes_act
from domain.evidence import timestamp
from domain.parties import Role
from domain.quote_states import after, can
from domain.quotes import Applicant as Share
from domain.quotes import Totals, as_data, from_data
from extensions import db
from models import Agreement, new_public_id
from models import Applicant as ApplicantRow
from services import allowance, events, notices, nudge, once, outbox, scope, signing, transaction, vault
from services.deal import deals, figures, inviting, links, parties, reminding, viewing
from services.deal.deals import Deal
from services.deal.figures import Chosen
from services.errors import RuleBroken
from services.quotes import drafting

ACT = "quote.accept"


class Changed(RuleBroken):
    """The version, the picks or a figure is no longer what the form showed."""

    code = "deal_changed"


class ChoiceMissing(RuleBroken):
    """One of several must be chosen before the quote can be approved, and is not."""

    code = "choice_missing"


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


def approve(deal: Deal, yes: Yes, seen: Shown, *, key: str, now: datetime) -> Agreement:
    """Make the contract, or give back the one there is; of several who decide, the last makes it. Commits.

    After the last day it becomes a late answer, which the firm must confirm (AvtL 4 §).
    Raises Changed, ChoiceMissing, RuleBroken("copy_only" | "closed" | "suspended" | "not_your_turn" | "not_open" |
    "consent_missing" | "method_too_weak"), once.KeyReused, signing.NotProven, signature_mark.BadMark.
    """
    deals.lock(deal)
    if deal.agreement is not None:
        return deal.agreement
    deal.check_may_sign()
    deal.check_business(now)
    if deal.pending is not None and deal.own_approval is not None:  # pressed twice
        return deal.pending
    parties.check_turn(deal)
    is_late, is_last = deal.is_past(now), parties.is_last(deal)
    act = f"accept{'' if is_last else '_part'}{'_late' if is_late else ''}"
    if not can(deal.quote.status, act):
        raise RuleBroken("not_open")
    today = stockholm_date(now)
    result = reckoned(deal, yes.persons)
    if not _is_as_seen(deal, seen, yes, result, today):
        raise Changed
    if figures.to_choose(deal.content, deal.chosen.picked):
        raise ChoiceMissing
    asked = ticks_of(deal, today=today)
    offered = tuple(tick for tick, _text in asked)
    if consents.missing(offered, yes.ticks):
        raise RuleBroken("consent_missing")
    yes = replace(yes, ticks=yes.ticks & {tick.kind for tick in offered})
    content = {"name": yes.name, "version": seen.version, "json_sha256": seen.json_sha256}
    if once.answer(deal.found.firm_id, key, ACT, content) is not None:
        raise once.KeyReused
    signed = signing.check(deal, yes.proof, seen.terms, total_ore=result.gross_ore, now=now)
    once.remember(deal.found.firm_id, key, ACT, content, at="", now=now)
    deals.seen(deal, now=now)
    ticks = _given(yes, asked)
    agreement = deal.pending or _store(deal, yes, result, ticks, signed, now)
    if deal.is_joint:
        parties.add(deal, agreement, yes.name, ticks, signed, now=now)
    if deal.pending is not None and deal.found.recipient is None:  # a customer known by number alone gets the paper too
        deals.reach(deal, yes.email or deal.content["customer"]["email"], now=now)
    _record(deal, agreement, yes, ticks, signed, is_late, now)
    deal.quote.status = after(deal.quote.status, act, kind=deal.quote.kind)
    deal.quote.turn, deal.quote.touched_at = "firm" if is_last else "customer", now
    if is_last:
        drafting.keep_sums(deal.quote, result)
    if result.deductions:
        allowance.reserve(agreement, None, now, quote=deal.quote)
    if deal.is_joint and is_last:
        _complete(deal, agreement, is_late, now)
    if not is_last:
        parties.tell_of_approval(deal, now=now)
        reminding.begin_turn(deal.quote, deal.found.valid_until, now=now)
    elif is_late:
        _tell_late(deal, now)
    else:
        settle(deal, agreement, now=now)
    transaction.commit()
    return agreement


def _is_as_seen(deal: Deal, seen: Shown, yes: Yes, result: Totals, today: date) -> bool:
    """Whether the form showed what is there now.

    Two may press at the same moment, each as the first: the other joins if both saw the same to the last figure, and
    asked for the deduction on the same home and for the same people.
    """
    if seen == shown_to(deal, result, today=today):
        return True
    if deal.pending is None or seen.agreed_sha256:
        return False
    if result.deductions or yes.persons:
        own = reckon(deal.content, deal.chosen, yes.persons)
        if figures.shares_text(own) != seen.shares or not _asks_as(deal.pending, yes, deal.found.firm_public_id):
            return False
    return seen == shown(deal.content, deal.found.json_sha256, deal.chosen, result, today=today)


def _asks_as(pending: Agreement, yes: Yes, firm_public_id: str) -> bool:
    """Whether the deduction is asked for as in what another has approved already.

    Where one person's details come later on both sides it is not said yet whose they are.
    """
    home = Home(pending.home, pending.fastighetsbeteckning, pending.brf_orgnr, pending.flat_number)
    rows = scope.rows(ApplicantRow, pending.firm_id, ApplicantRow.agreement_id == pending.id)
    if yes.home != home or len(rows) != len(yes.persons):
        return False
    if home.kind == "later" and len(rows) == 1:
        return True
    theirs = sorted(str(row.personnummer_index or row.name) for row in rows)
    return theirs == sorted(
        str(vault.blind_index(firm_public_id, one.personnummer) if one.personnummer else one.name)
        for one in yes.persons
    )


def _complete(deal: Deal, agreement: Agreement, is_late: bool, now: datetime) -> None:
    """All have approved. What only some of them asked for holds for none."""
    ticks = parties.given_by_all(deal.approvals)
    agreement.accepted_at = now
    agreement.start_now = consents.START_WITHIN_PERIOD in ticks
    agreement.right_ends = consents.RIGHT_ENDS_WHEN_DONE in ticks
    if not is_late:
        data = {"pdf_sha256": deal.found.pdf_sha256}
        events.record("doc.all_signed", deal.obj, actor=deal.actor, at=now, data=data)


def settle(deal: Deal, agreement: Agreement, *, now: datetime) -> None:
    """The contract is made: its period of withdrawal begins, links live on, the paper is drawn. Never commits."""
    if deal.may_withdraw:
        agreement.withdraw_until = last_withdrawal_day(stockholm_date(now))
    links.keep_after_agreement(deal.quote, now=now)
    inviting.begin(deal.quote, agreement, actor=deal.actor, now=now)
    nudge.after_commit("draw_agreements")


def _store(
    deal: Deal, yes: Yes, result: Totals, ticks: list[dict[str, Any]], signed: signing.Signed, now: datetime
) -> Agreement:
    agreed = _agreed(deal, yes, result, ticks, signed, now)
    stored = canonical.dumps(agreed)
    agreement = Agreement(
        firm_id=deal.found.firm_id,
        public_id=new_public_id(),
        quote_id=deal.found.quote_id,
        link_id=deal.found.link_id,
        version=deal.found.version,
        agreed=stored.decode(),
        agreed_sha256=canonical.sha256_hex(stored),
        name=yes.name,
        email=yes.email or deal.link.email or deal.content["customer"]["email"],
        way=deal.link.way,
        method=signed.method,
        level=signed.level,
        accepted_at=now,
        gross_ore=result.gross_ore,
        deduction_ore=result.deduction_ore,
        to_pay_ore=result.to_pay_ore,
        start_now=consents.START_WITHIN_PERIOD in yes.ticks,
        right_ends=consents.RIGHT_ENDS_WHEN_DONE in yes.ticks,
        home=yes.home.kind,
        fastighetsbeteckning=yes.home.fastighetsbeteckning,
        brf_orgnr=yes.home.brf_orgnr,
        flat_number=yes.home.flat_number,
    )
    agreement.mark = signed.sealed(deal.found.firm_public_id, "agreement", agreement.public_id)
    db.session.add(agreement)
    db.session.flush()
    deals.reach(deal, agreement.email, now=now)
    keep_persons(deal, agreement, yes.persons, result, now=now)
    return agreement


def keep_persons(
    deal: Deal, agreement: Agreement, persons: tuple[Person, ...], result: Totals, *, now: datetime
) -> None:
    """The applicants' rows, their personnummer encrypted. Never commits."""
    for order, person in enumerate(persons):
        row = ApplicantRow(
            firm_id=deal.found.firm_id,
            public_id=new_public_id(),
            agreement_id=agreement.id,
            position=order + 1,
            name=person.name,
            rot_kr=figures.share_kr(result, "rot", order),
            rut_kr=figures.share_kr(result, "rut", order),
            green_kr=figures.share_kr(result, "green", order),
            email=person.email,
            used_rot_kr=person.used_rot_kr,
            used_rut_kr=person.used_rut_kr,
            used_green_kr=person.used_green_kr,
            weight=person.weight,
        )
        if person.personnummer:
            keep_number(deal.found.firm_public_id, row, person.personnummer, now=now)
        db.session.add(row)


def keep_number(firm_public_id: str, row: ApplicantRow, number: str, *, now: datetime) -> None:
    """A personnummer, encrypted, given with the statement of home and household. Never commits."""
    row.personnummer = vault.seal(firm_public_id, number.encode(), "applicant", row.public_id, "personnummer")
    row.personnummer_index = vault.blind_index(firm_public_id, number)
    row.stated, row.given_at, row.remind_at = wording.STATEMENT_VERSION, now, None


def _given(yes: Yes, asked: list[tuple[consents.Tick, wording.Wording]]) -> list[dict[str, Any]]:
    """The ticks that were offered, with their words and whether they were given."""
    return [
        {
            "kind": tick.kind,
            "text_version": wording.VERSION,
            "text_sha256": text.sha256,
            "text": text.text,
            "value": tick.kind in yes.ticks,
        }
        for tick, text in asked
    ]


def _agreed(
    deal: Deal, yes: Yes, result: Totals, ticks: list[dict[str, Any]], signed: signing.Signed, now: datetime
) -> dict[str, Any]:
    """What was agreed, schema handslag.agreed/1. No personnummer: applicants by order and name.

    Where several decide, `name`, `consents` and `accepted_at` are those of the first; `deciders` names all, and
    `witnesses` those who are to attest it.
    """
    button = order_button(deal.content)
    joint = {"deciders": deciders.names(deal.content)} if deal.is_joint else {}
    if attests := deciders.witnesses(deal.content):
        joint["witnesses"] = attests
    return {
        "schema": "handslag.agreed/1",
        "lang": languages.code(),  # of the texts below, as they were shown
        "quote": deal.found.deal_id,
        "number": deal.content["number"],
        "version": deal.found.version,
        "json_sha256": deal.found.json_sha256,
        "pdf_sha256": deal.found.pdf_sha256,
        "picked": list(deal.chosen.picked),
        "quantities": figures.counted_quantities(deal.content, deal.chosen),
        "totals": as_data(result),
        "most_ore": figures.most_ore(deal.content, result, figures.totals(deal.content)),
        "payment_plan": figures.plan(deal.content, result.to_pay_ore),
        "applicants": [
            {"order": order + 1, "name": person.name, **figures.shares_kr(result, order)}
            for order, person in enumerate(yes.persons)
        ],
        "home": {"kind": yes.home.kind},
        "name": yes.name,
        "signing": signed.facts,
        "consents": ticks,
        "button": {"text": button.text, "sha256": button.sha256},
        "to_pay_ore": result.to_pay_ore,
        "total_ore": result.gross_ore,
        "accepted_at": timestamp(now),
        **joint,
    }


def _record(
    deal: Deal,
    agreement: Agreement,
    yes: Yes,
    ticks: list[dict[str, Any]],
    signed: signing.Signed,
    is_late: bool,
    now: datetime,
) -> None:
    actor = deal.actor
    for tick in ticks:
        if tick["value"]:
            data = {name: tick[name] for name in ("kind", "text_version", "text_sha256", "value")}
            events.record("consent.given", deal.obj, actor=actor, at=now, data={**data, "lang": languages.code()})
    if yes.home.kind != "later" and any(person.personnummer for person in yes.persons):
        record_persons(deal, yes.home.kind, yes.persons, now=now)
    facts = {
        "version": deal.found.version,
        "json_sha256": deal.found.json_sha256,
        "agreed_sha256": agreement.agreed_sha256,
        "total_ore": agreement.to_pay_ore,
        "lang": languages.code(),
        **signed.facts,
    }
    if deal.role == Role.WITNESS:
        data = {name: value for name, value in facts.items() if name != "total_ore"}
        data |= {"doc_sha256": deal.found.pdf_sha256, "way": deal.link.way, "link_id": deal.found.link_public_id}
        events.record("doc.witnessed", deal.obj, actor=actor, at=now, data=data, personal={"name": yes.name})
        return
    if is_late:
        data = {**facts, "received": timestamp(now)}
        events.record("doc.late_acceptance", deal.obj, actor=actor, at=now, data=data, personal={"name": yes.name})
        return
    data = {
        **facts,
        "doc_sha256": deal.found.pdf_sha256,
        "way": deal.link.way,
        "button_text_sha256": order_button(deal.content).sha256,
        "link_id": deal.found.link_public_id,
    }
    events.record(yes_act(deal.content["kind"]), deal.obj, actor=actor, at=now, data=data, personal={"name": yes.name})


def record_persons(deal: Deal, home_kind: str, persons: tuple[Person, ...], *, now: datetime) -> None:
    """The chain learns how many gave their data; who they are is a commitment, masked even there."""
    given = [person for person in persons if person.personnummer]
    who = ", ".join(f"{person.name} {personnummer.mask(person.personnummer)}" for person in given)
    kinds = {"rut"} if home_kind == "none" else {"rot"}  # rot always names a home
    statement = wording.statement(kinds, deal.content["firm"]["name"])
    data: dict[str, object] = {"applicants": len(persons), "home_kind": home_kind}
    data |= {"statement_version": wording.STATEMENT_VERSION, "statement_sha256": statement.sha256}
    events.record("deduction.details_given", deal.obj, actor=deal.actor, at=now, data=data, personal={"persons": who})


def _tell_late(deal: Deal, now: datetime) -> None:
    params = {"quote": deal.found.deal_id}
    letter = {"firm_id": deal.found.firm_id, "now": now, "quote_id": deal.found.quote_id}
    notices.tell(deal.quote, "late_answer", "late_answer_to_firm", params, now=now)
    if deal.is_joint:
        parties.tell(deal.quote, "late_answer", params, but=None, copies=False, now=now)
    elif deal.link.email:
        params = {**params, "link": deals.for_letters(deal)}
        outbox.queue("late_answer", deal.link.email, params, **letter)  # type: ignore[arg-type]


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
