"""What happened to a letter that did not arrive, in words that say what to do."""

from __future__ import annotations

from domain import bounces
from languages import gettext as _
from languages import lazy_gettext as _l
from services import outbox

WORDS = {
    "unknown": _l("Adressen finns inte. Kontrollera stavningen."),
    "closed": _l("Brevlådan är avstängd. Be kunden om en annan adress."),
    "full": _l("Kundens brevlåda är full. Ring, eller lämna länken på ett annat sätt."),
    "large": _l("Mejlet var för stort för mottagaren. Lämna länken på ett annat sätt."),
    "spam": _l("Mottagarens server tog mejlet för skräppost. Lämna länken på ett annat sätt."),
    "ours": _l("Felet ligger hos vår mejlserver, inte i adressen. Lämna länken på ett annat sätt så länge."),
    "silent": _l("Mottagarens server bad oss vänta i tre dygn och tog sedan inte emot mejlet."),
    "other": _l("Mottagarens server tog inte emot mejlet."),
}
_CODE_BY_SMS = _l(
    "Operatören tog inte emot koden, och utan den går det inte att säga ja. Rätta numret och skicka en ny version."
)
_CODE_BY_MAIL = _l(
    "Servern tog inte emot koden, och utan den går det inte att säga ja. Rätta adressen och skicka en ny version."
)


def said(kind: str, reply: str, to: str) -> str:
    """One or two sentences for the firm; `reply` is the answer kept with the letter, `to` its address."""
    if outbox.is_code(kind):
        return str(_CODE_BY_SMS if outbox.is_text(kind) else _CODE_BY_MAIL)
    if outbox.is_text(kind):
        return str(_("Operatören tog inte emot sms:et. Kontrollera numret, eller lämna länken på ett annat sätt."))
    reason = bounces.reason(reply)
    if reason == "domain":
        host = to.rpartition("@")[2]
        return str(_("Det går inte att mejla till %(host)s. Kontrollera det som står efter @.", host=host))
    return str(WORDS[reason])
