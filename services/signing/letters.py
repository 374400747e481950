"""The letter and the text message that carry a code: its digits are reckoned when they are drawn."""

from __future__ import annotations

from domain import sms_text
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws, texts
from models import Quote
from services.deal import letter_parts as parts
from services.deal.letter_parts import Case
from services.signing import codes


def _about(params: Params) -> tuple[str, Case]:
    """The digits, and the quote they are to sign. Raises Unwanted: too late, or another code has been asked for."""
    row = codes.find(params["firm_id"], params["code"])
    if row is None or row.used_at is not None or params["now"] >= row.expires_at or not codes.is_newest(row):
        raise Unwanted
    case = parts.case_of(params["firm_id"], Quote.id == row.quote_id, version=row.version)
    return codes.digits(case.firm.public_id, row.public_id), case


@texts("signing_code_sms")
def signing_code_sms(params: Params) -> str:
    code, case = _about(params)
    words = _("%(firm)s: din kod är %(code)s. Den gäller i 10 minuter.", firm=case.content["firm"]["name"], code=code)
    return sms_text.plain(str(words))


@draws("signing_code")
def signing_code(params: Params) -> Letter:
    code, case = _about(params)
    return parts.to_customer(
        case,
        str(_("Din kod för %(title)s", title=case.title)),
        lead=[_("Din kod: %(code)s", code=code), _("Den gäller i 10 minuter.")],
        after=[
            _("Skriv koden på sidan där du bad om den."),
            _("Har du inte bett om någon kod? Då behöver du inte göra något. Lämna den inte till någon."),
        ],
    )
