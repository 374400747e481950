"""What agreements with this firm take of persons' yearly deductions, and what the firm knows to be left.

A person is one personnummer within the firm, found by its blind index in the applicant's row; an applicant who has not
given it yet stands alone. Other firms' deductions are not known here: only what the person has said of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import and_

from domain import allowance
from domain.allowance import Account, Amount, Entry, Reach, State
from domain.quote_states import AGREED, QuoteStatus
from domain.quotes import Totals
from extensions import db
from models import Agreement, AllowanceEntry, Applicant, Customer, Quote, QuoteVersion
from services import scope
from services.deal import figures

PENDING = (QuoteStatus.PARTLY_SIGNED, QuoteStatus.LATE_ACCEPTANCE)


class Person(Struct, frozen=True):
    """One person's year. `is_known`: the personnummer is given, so that all agreements of the person are counted."""

    name: str
    is_known: bool
    account: Account
    agreements: frozenset[int]  # row ids of those that take of the year, or would


class Year(Struct, frozen=True):
    """What a customer's card says of a year. `offered_kr`: deductions of quotes that wait for an answer."""

    year: int
    persons: list[Person]
    offered_kr: int


class _Row(NamedTuple):
    agreement_id: int
    applicant_id: int
    position: int
    name: str
    blind_index: bytes | None
    year: int
    entry: Entry
    is_own: bool  # of a quote to the customer who is asked for


def reserve(
    agreement: Agreement, applicants: Sequence[Applicant] | None, now: datetime, *, quote: Quote | None = None
) -> None:
    """Bring the entries of an agreement in step with its applicants and its quote's status. Never commits.

    Called whenever either has changed, as often as one likes: an applicant has one entry a year. `applicants`: only
    these; None is all. What is used already stays.
    """
    firm_id = agreement.firm_id
    quote = quote or scope.get(Quote, firm_id, Quote.id == agreement.quote_id)
    only = {row.id for row in applicants} if applicants is not None else None
    found = _entries(agreement)
    if not found or only == set():
        return
    state, year = _state(quote.status), _year(agreement)
    for applicant, entries in found.values():
        if only is None or applicant.id in only:
            _bring_in_step(applicant, entries, state, year, now)
    flag = scope.change(Customer, firm_id).where(Customer.id == quote.customer_id, Customer.has_allowance.is_(False))
    db.session.execute(flag.values(has_allowance=True))


def release(agreement: Agreement, now: datetime) -> None:
    """An agreement that is no more takes nothing. Never commits.

    One whose row is removed (what was approved before all had, a yes noted by mistake) takes its entries along.
    """
    mine = scope.columns(Applicant, agreement.firm_id, Applicant.id).where(Applicant.agreement_id == agreement.id)
    statement = scope.change(AllowanceEntry, agreement.firm_id).where(
        AllowanceEntry.applicant_id.in_(mine), AllowanceEntry.state.in_((State.FORECAST, State.RESERVED))
    )
    db.session.execute(statement.values(state=State.RELEASED, changed_at=now))


def of_customer(firm_id: int, customer_id: int, *, only_own: bool = False) -> dict[int, list[Person]]:
    """The persons of a customer's agreements by year, newest year first; the customer's own first, newest agreement.

    Counted is what the persons' agreements take, those with other customers of the firm too; with `only_own` just
    those of this customer. One statement.
    """
    grouped: dict[tuple[int, bytes | int], list[_Row]] = {}
    for row in _rows(firm_id, customer_id, only_own=only_own):
        grouped.setdefault((row.year, row.blind_index or row.applicant_id), []).append(row)
    years: dict[int, list[tuple[tuple[int, int], Person]]] = {}
    for (year, _who), rows in grouped.items():
        newest = max(rows, key=lambda row: (row.is_own, row.applicant_id))
        person = Person(
            name=newest.name,
            is_known=newest.blind_index is not None,
            account=allowance.account(year, [row.entry for row in rows]),
            agreements=frozenset(row.agreement_id for row in rows),
        )
        years.setdefault(year, []).append(((-newest.agreement_id, newest.position), person))
    return {
        year: [person for _order, person in sorted(years[year], key=_first)] for year in sorted(years, reverse=True)
    }


def of_card(customer: Customer, quotes: Iterable[Quote], *, today: date) -> list[Year]:
    """The years of a customer, newest first. `quotes` are the customer's. One statement, or none without agreements."""
    agreed = of_customer(customer.firm_id, customer.id) if customer.has_allowance else {}
    offered: dict[int, int] = {}
    for quote in quotes:
        is_waiting = quote.status in (QuoteStatus.SENT, QuoteStatus.COUNTERED) and quote.valid_until >= today
        if is_waiting and quote.deducted and quote.archived_at is None:
            year = (quote.paid_on or quote.valid_until).year
            offered[year] = offered.get(year, 0) + (quote.gross_ore - quote.to_pay_ore) // 100
    years = sorted(agreed.keys() | offered.keys(), reverse=True)
    return [Year(year, agreed.get(year, []), offered.get(year, 0)) for year in years]


def reach(result: Totals, paid_on: date, customer: Sequence[Person] = ()) -> Reach | None:
    """How the deduction of a quote exceeds what the customer has left that year, or one unknown person; else None."""
    if not result.deductions:
        return None
    known = first_known(customer)
    return (
        allowance.reach(result, paid_on, (known.account.as_applicant(),)) if known else allowance.reach(result, paid_on)
    )


def first_known(persons: Iterable[Person]) -> Person | None:
    """Whose allowance the next quote to a customer would take: the one who asked last, not a co-applicant."""
    return next((person for person in persons if person.is_known), None)


def of_receipt(agreement: Agreement, customer_id: int | None) -> Person | None:
    """The first applicant's year, by the agreements of this customer alone.

    Whoever types another's number learns nothing of that one's agreements: they are another customer's.
    """
    if customer_id is None:
        return None
    found = of_customer(agreement.firm_id, customer_id, only_own=True)
    year = _year(agreement)
    return next((person for person in found.get(year, ()) if agreement.id in person.agreements), None)


def _bring_in_step(
    applicant: Applicant, entries: dict[int, AllowanceEntry], state: State, year: int, now: datetime
) -> None:
    for other in entries.values():
        if other.year != year and other.state in (State.FORECAST, State.RESERVED):
            other.state, other.changed_at = State.RELEASED, now
    amounts = {"rot_kr": applicant.rot_kr, "rut_kr": applicant.rut_kr, "green_kr": applicant.green_kr}
    if year not in entries:
        who: dict[str, Any] = {"firm_id": applicant.firm_id, "applicant_id": applicant.id, "year": year}
        db.session.add(AllowanceEntry(**who, **amounts, state=state, changed_at=now))
        return
    entry = entries[year]
    values = amounts | {"state": state}
    if entry.state != State.USED and any(getattr(entry, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(entry, name, value)
        entry.changed_at = now


def _entries(agreement: Agreement) -> dict[int, tuple[Applicant, dict[int, AllowanceEntry]]]:
    """Each applicant of an agreement with what is kept of years."""
    statement = (
        scope.of(Applicant, agreement.firm_id)
        .add_columns(AllowanceEntry)
        .outerjoin(
            AllowanceEntry,
            and_(AllowanceEntry.firm_id == Applicant.firm_id, AllowanceEntry.applicant_id == Applicant.id),
        )
        .where(Applicant.agreement_id == agreement.id)
    )
    found: dict[int, tuple[Applicant, dict[int, AllowanceEntry]]] = {}
    for applicant, entry in db.session.execute(statement):
        _applicant, entries = found.setdefault(applicant.id, (applicant, {}))
        if entry is not None:
            entries[entry.year] = entry
    return found


def _state(status: str) -> State:
    if status in PENDING:
        return State.FORECAST
    return State.RESERVED if status in AGREED else State.RELEASED


def _year(agreement: Agreement) -> int:
    """Of the expected payment, as the version says that was agreed to."""
    content = db.session.scalars(
        scope.columns(QuoteVersion, agreement.firm_id, QuoteVersion.content).where(
            QuoteVersion.quote_id == agreement.quote_id, QuoteVersion.version == agreement.version
        )
    ).one()
    return figures.paid_on(json.loads(content)).year


def _rows(firm_id: int, customer_id: int, *, only_own: bool) -> list[_Row]:
    statement = (
        scope.columns(AllowanceEntry, firm_id, AllowanceEntry, Applicant, Agreement.accepted_at, Quote.customer_id)
        .join(Applicant, and_(Applicant.firm_id == AllowanceEntry.firm_id, Applicant.id == AllowanceEntry.applicant_id))
        .join(Agreement, and_(Agreement.firm_id == Applicant.firm_id, Agreement.id == Applicant.agreement_id))
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
    )
    if only_own:
        statement = statement.where(Quote.customer_id == customer_id)
    else:
        own = _own(firm_id, customer_id, Applicant.id)
        same = scope.columns(Applicant, firm_id, Applicant.id).where(
            Applicant.personnummer_index.in_(_own(firm_id, customer_id, Applicant.personnummer_index))
        )
        statement = statement.where(AllowanceEntry.applicant_id.in_(own.union(same)))
    return [_row(*found, is_own=found[3] == customer_id) for found in db.session.execute(statement)]


def _own(firm_id: int, customer_id: int, column: Any) -> Any:
    """Of the applicants of a customer's agreements. From the inside out, so that no other customer's row is read."""
    quotes = scope.columns(Quote, firm_id, Quote.id).where(Quote.customer_id == customer_id)
    agreements = scope.columns(Agreement, firm_id, Agreement.id).where(Agreement.quote_id.in_(quotes))
    return scope.columns(Applicant, firm_id, column).where(Applicant.agreement_id.in_(agreements))


def _row(
    entry: AllowanceEntry, applicant: Applicant, accepted_at: datetime, _customer_id: int | None, *, is_own: bool
) -> _Row:
    declared = Amount(applicant.used_rot_kr, applicant.used_rut_kr, applicant.used_green_kr)
    return _Row(
        agreement_id=applicant.agreement_id,
        applicant_id=applicant.id,
        position=applicant.position,
        name=applicant.name,
        blind_index=applicant.personnummer_index,
        year=entry.year,
        entry=Entry(
            state=entry.state,
            amount=Amount(entry.rot_kr, entry.rut_kr, entry.green_kr),
            declared=declared,
            declared_at=applicant.given_at or (accepted_at if declared else None),
        ),
        is_own=is_own,
    )


def _first(ordered: tuple[tuple[int, int], Person]) -> tuple[int, int]:
    return ordered[0]
