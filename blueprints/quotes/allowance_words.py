"""What the builder and the review say of allowances: what does not fit, and what a known customer has left."""

from __future__ import annotations

from blueprints.shared.filters import deduction_name, kr
from blueprints.shared.phrases import gettext as _
from domain.allowance import Reach
from services.allowance import Person


def too_much(reach: Reach, known: Person | None = None) -> str:
    """The amount that the customer pays of a deduction that does not fit, and what further applicants would change."""
    asked, short = kr(100 * reach.asked_kr), kr(100 * reach.short_kr)
    if known is None:
        said = _(
            "Avdraget på %(asked)s ryms inte hos en person: %(short)s får kunden betala.", asked=asked, short=short
        )
    else:
        said = _(
            "Avdraget på %(asked)s ryms inte: enligt det ni vet kan %(name)s få %(carried)s. "
            "%(short)s får kunden betala.",
            asked=asked,
            name=known.name,
            carried=kr(100 * reach.carried_kr),
            short=short,
        )
    return f"{said} {_more(reach)}"


def left(known: Person, kinds: list[str]) -> str:
    """What is left of the deductions that the quote asks for."""
    amounts = [
        f"{deduction_name(kind)} {kr(100 * getattr(known.account.left, kind + '_kr'))}" for kind in dict.fromkeys(kinds)
    ]
    return str(_("Kvar %(year)s: %(amounts)s", year=known.account.year, amounts=", ".join(amounts)))


def _more(reach: Reach) -> str:
    if reach.enough == reach.persons + 1:
        return str(_("Med en till sökande ryms det."))
    one_more = _("Med en till sökande blir det %(short)s.", short=kr(100 * reach.short_with_one_more_kr))
    if reach.enough is None:
        return str(one_more)
    enough = _("Med %(n)s fler ryms det.", n=reach.enough - reach.persons)
    return f"{one_more} {enough}"
