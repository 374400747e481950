"""What a customer types and ticks to approve, with what the page showed when they did."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from wtforms import BooleanField, HiddenField, StringField

from blueprints.deal.applicant_forms import DetailsForm, needs_home, wrong
from blueprints.shared import choosing
from blueprints.shared.fields import EmailText, strip
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.phrases import ngettext
from domain.consents import E_SIGNATURE, RIGHT_ENDS_WHEN_DONE, START_WITHIN_PERIOD
from domain.signature_mark import BadMark
from services.deal.consenting import Home, Person, Shown, Yes
from services.deal.figures import Chosen
from services.errors import TooMany
from services.signing import NotProven, Proof

NOT_PROVEN = {
    "missing": _l("Skriv koden med sex siffror. Har du ingen, välj Skicka kod."),
    "wrong": _l("Koden stämmer inte. Kontrollera siffrorna."),
    "old": _l("Koden har gått ut. Skicka en ny."),
}


class ApproveForm(DetailsForm):
    once = HiddenField()
    version = HiddenField()
    json_sha256 = HiddenField()
    picked = HiddenField()
    quantities = HiddenField()
    shares = HiddenField()
    total = HiddenField()
    to_pay = HiddenField()
    words = HiddenField()
    agreed = HiddenField()
    later = BooleanField(_l("Fyll i uppgifterna senare"))
    name = StringField(_l("Ditt namn"), filters=[strip])
    email = EmailText(_l("Din e-post"))
    e_signature = BooleanField()
    start_within_period = BooleanField()
    right_ends_when_done = BooleanField()
    code = StringField(_l("Engångskod"), filters=[strip])
    mark = HiddenField()

    def check(self, *, needs: set[str], paid_on: date, today: date, asks_email: bool = False) -> bool:
        """Whether everything typed can be used. `needs`: the deductions of the quote as picked."""
        self.validate()
        if not asks_email:
            self.email.errors, self.email.data = [], ""
        elif not self.email.data:
            wrong(self.email, _("Skriv en e-postadress med @"))
        if not self.name.data:
            wrong(self.name, _("Skriv ditt namn"))
        elif len(self.name.data) > 120:
            wrong(self.name, _("Namnet får ha högst 120 tecken."))
        if needs and not self.later.data:
            self.check_details(needs_home=needs_home(needs), paid_on=paid_on, today=today)
        else:
            self.leave_unread()
        if not self.e_signature.data:
            wrong(self.e_signature, _("Kryssa i att du har läst och skriver under"))
        if self.right_ends_when_done.data and not self.start_within_period.data:
            wrong(
                self.start_within_period,
                _("Kryssa i att du vill att jobbet börjar tidigare, eller ta bort krysset under"),
            )
        return not self.errors

    def to_yes(self, needs: set[str]) -> Yes:
        ticks = {kind for kind in (E_SIGNATURE, START_WITHIN_PERIOD, RIGHT_ENDS_WHEN_DONE) if self[kind].data}
        name, proof = self.name.data or "", Proof(self.code.data or "", self.mark.data or "")
        yes = Yes(name, frozenset(ticks), email=self.email.data or "", proof=proof)
        if not needs:
            return yes
        if self.later.data:
            return replace(yes, persons=self.sum_persons(needs), home=Home("later"))
        return replace(yes, persons=self.to_persons(name), home=self.to_home(needs_home=needs_home(needs)))

    def refuse(self, error: NotProven | BadMark) -> None:
        """What proves the signature does not hold."""
        if isinstance(error, NotProven):
            wrong(self.code, NOT_PROVEN[error.reason])
        else:
            self.mark.data = ""
            wrong(self.mark, _("Underskriften gick inte att läsa. Rita om den, eller lämna rutan tom."))

    def refuse_more(self, error: TooMany) -> None:
        """Too many codes have been asked for."""
        wrong(self.code, too_many_codes(error))

    def sum_persons(self, needs: set[str]) -> tuple[Person, ...]:
        """Those who share the deduction on the page; data that is to come later counts as one person."""
        if not needs:
            return ()
        return (Person(self.name.data or ""),) if self.later.data else self.persons_for_sum(self.name.data or "")

    def to_shown(self) -> Shown:
        picked = tuple(key for key in (self.picked.data or "").split(",") if key)
        return Shown(
            version=_whole(self.version.data),
            json_sha256=self.json_sha256.data or "",
            chosen=Chosen(picked, choosing.carried(self.quantities.data or "")),
            shares=self.shares.data or "",
            total_ore=_whole(self.total.data),
            to_pay_ore=_whole(self.to_pay.data),
            words=self.words.data or "",
            agreed_sha256=self.agreed.data or "",
        )

    def carry(self, shown: Shown) -> None:
        """Let the form say what the page says now."""
        for field, value in (
            (self.version, shown.version),
            (self.json_sha256, shown.json_sha256),
            (self.picked, ",".join(shown.chosen.picked)),
            (self.quantities, choosing.written(shown.chosen.quantities)),
            (self.shares, shown.shares),
            (self.total, shown.total_ore),
            (self.to_pay, shown.to_pay_ore),
            (self.words, shown.words),
            (self.agreed, shown.agreed_sha256),
        ):
            field.data = str(value)

    def untick(self) -> None:
        """The words beside the ticks are new: none of them is given yet."""
        for kind in (E_SIGNATURE, START_WITHIN_PERIOD, RIGHT_ENDS_WHEN_DONE):
            self[kind].data = False


def too_many_codes(error: TooMany) -> str:
    minutes = -(-error.retry_after_seconds // 60)
    return ngettext(
        "Det blev många koder. Vänta %(num)s minut.", "Det blev många koder. Vänta %(num)s minuter.", minutes
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else -1
