"""A yes as it is kept: the agreement with its canonical JSON, who asks for a deduction, the chain's entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import languages
from documents import deciders, wording
from domain import canonical, consents, personnummer
from domain.deal_kinds import yes_act
from domain.evidence import timestamp
from domain.parties import Role
from domain.quotes import Totals, as_data
from extensions import db
from models import Agreement, new_public_id
from models import Applicant as ApplicantRow
from services import events, signing, vault
from services.deal import deals, figures
from services.deal.consenting import Person, Yes, order_button
from services.deal.deals import Deal
from services.deal.figures import Chosen


def store(
    deal: Deal, yes: Yes, result: Totals, ticks: list[dict[str, Any]], signed: signing.Signed, now: datetime
) -> Agreement:
    """The agreement's row with what was agreed, and the applicants'. Never commits."""
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


def ticks_given(yes: Yes, asked: list[tuple[consents.Tick, wording.Wording]]) -> list[dict[str, Any]]:
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
        **reckoned_part(deal.content, deal.chosen, result),
        "lang": languages.code(),  # of the texts below, as they were shown
        "quote": deal.found.deal_id,
        "version": deal.found.version,
        "json_sha256": deal.found.json_sha256,
        "pdf_sha256": deal.found.pdf_sha256,
        "applicants": [
            {"order": order + 1, "name": person.name, **figures.shares_kr(result, order)}
            for order, person in enumerate(yes.persons)
        ],
        "home": {"kind": yes.home.kind},
        "name": yes.name,
        "signing": signed.facts,
        "consents": ticks,
        "button": {"text": button.text, "sha256": button.sha256},
        "accepted_at": timestamp(now),
        **joint,
    }


def reckoned_part(content: Mapping[str, Any], chosen: Chosen, result: Totals) -> dict[str, Any]:
    """What every agreement says of what was chosen and what it comes to, schema handslag.agreed/1."""
    return {
        "schema": "handslag.agreed/1",
        "number": content["number"],
        "picked": list(chosen.picked),
        "quantities": figures.counted_quantities(content, chosen),
        "totals": as_data(result),
        "most_ore": figures.most_ore(content, result, figures.totals(content)),
        "payment_plan": figures.plan(content, result.to_pay_ore),
        "to_pay_ore": result.to_pay_ore,
        "total_ore": result.gross_ore,
    }


def record(
    deal: Deal,
    agreement: Agreement,
    yes: Yes,
    ticks: list[dict[str, Any]],
    signed: signing.Signed,
    is_late: bool,
    now: datetime,
) -> None:
    """The chain learns of ticks, of who asks for the deduction, and of the yes itself. Never commits."""
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
