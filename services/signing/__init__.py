"""How a yes on the customer's page is proven: one small method each, and one question to them all.

`asks` says what step 2 shows besides the name, `check` is asked once by services/deal/approving.py before anything is
written, and gives back what the evidence records. A method that is added (bankid) is a row of `_METHODS`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from documents import methods_words
from domain import canonical, signature_mark
from domain.parties import Role
from domain.signing_methods import LEVELS, Level, Method, is_enough, on_page
from models import Agreement, Approval
from services import vault
from services.deal.deals import Deal
from services.errors import RuleBroken
from services.signing import codes
from services.signing.codes import Asked, NotProven

__all__ = ["Asked", "NotProven", "Proof", "Signed", "TooWeak", "asks", "check", "mark_of", "method_for", "words"]


class TooWeak(RuleBroken):
    """The firm asks for a stronger method than the one at hand."""

    code = "method_too_weak"


class Proof(Struct, frozen=True):
    """What who signs gives besides the name. All of it as it was typed or drawn."""

    code: str = ""
    mark: str = ""  # domain/signature_mark.py


class Signed(Struct, frozen=True):
    """What is recorded of it: in the agreed JSON, in the row, and in the chain."""

    method: Method
    mark: str = ""

    @property
    def level(self) -> Level:
        return LEVELS[self.method]

    @property
    def facts(self) -> dict[str, Any]:
        """For the agreed JSON and the chain; of the mark its hash alone."""
        return {
            "method": str(self.method),
            "level": str(self.level),
            "mark_sha256": canonical.sha256_hex(self.mark.encode()) if self.mark else None,
        }

    def sealed(self, firm_public_id: str, table: str, public_id: str) -> bytes | None:
        """The mark as a row keeps it."""
        return vault.seal(firm_public_id, self.mark.encode(), table, public_id, "mark") if self.mark else None


def words(method: str) -> str:
    """Med namn, via länk (enkel elektronisk underskrift)"""
    return methods_words.with_level(method)


def mark_of(firm_public_id: str, row: Agreement | Approval) -> str:
    """The drawn signature of a row; empty where nothing was drawn."""
    if row.mark is None:
        return ""
    return vault.unseal(firm_public_id, row.mark, row.__tablename__, row.public_id, "mark").decode()


class Signing(Protocol):
    """A method of signing on the customer's page."""

    def asks(self, deal: Deal, terms: str, now: datetime) -> Asked | None:
        """What the page asks for besides the name; None for nothing."""
        ...

    def prove(self, deal: Deal, proof: Proof, terms: str, now: datetime) -> None:
        """Raises NotProven. A failed try that counts is committed first: the deal is locked, nothing else written."""
        ...


class _Name:
    """The name alone: who has the link, or stands before the firm's screen, types it."""

    def asks(self, deal: Deal, terms: str, now: datetime) -> Asked | None:
        return None

    def prove(self, deal: Deal, proof: Proof, terms: str, now: datetime) -> None:
        return None


class _Code:
    """The name, and a code that went another way than the link."""

    def asks(self, deal: Deal, terms: str, now: datetime) -> Asked | None:
        return codes.asked(deal, terms, now=now)

    def prove(self, deal: Deal, proof: Proof, terms: str, now: datetime) -> None:
        codes.prove(deal, proof.code, terms, now=now)


_METHODS: dict[Method, Signing] = {Method.LINK: _Name(), Method.ON_SITE: _Name(), Method.LINK_CODE: _Code()}


def method_for(deal: Deal, total_ore: int) -> Method:
    """By which method who has come signs. The firm's own screen is as good as a code. Raises TooWeak.

    The rules are about who says yes: a witness attests.
    """
    asked = Method.LINK if deal.role == Role.WITNESS else on_page(deal.content["signing"], total_ore)
    if deal.is_on_site:
        method = Method.ON_SITE
    else:
        method = asked if asked in _METHODS else Method.LINK
    if not is_enough(method, asked):
        raise TooWeak
    return method


def asks(deal: Deal, terms: str, *, total_ore: int, now: datetime) -> Asked | None:
    """What step 2 asks for besides the name. No statement where that is nothing. Raises TooWeak."""
    return _METHODS[method_for(deal, total_ore)].asks(deal, terms, now)


def check(deal: Deal, proof: Proof, terms: str, *, total_ore: int, now: datetime) -> Signed:
    """How it was signed, once it is proven. `terms` names what the page said (consenting.Shown.terms).

    The deal is locked and nothing is written yet. Raises TooWeak, NotProven, signature_mark.BadMark.
    """
    method = method_for(deal, total_ore)
    signed = Signed(method, signature_mark.parse(proof.mark))
    _METHODS[method].prove(deal, proof, terms, now)
    return signed
