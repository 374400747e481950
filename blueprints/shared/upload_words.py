"""Why a document cannot be signed here, and what to do instead, in words."""

from __future__ import annotations

from blueprints.shared.phrases import gettext as _
from domain.uploads import MIB, MOST_BYTES, MOST_PAGES, Refusal


def why(reason: Refusal) -> str:
    """One or two sentences: what it is, what to do."""
    words = {
        Refusal.EMPTY: _("Filen är tom. Välj den igen."),
        Refusal.KIND: _("Filen är ingen PDF. Spara eller skriv ut den som PDF och ladda upp den."),
        Refusal.BROKEN: _("Filen är skadad eller avbruten. Hämta den igen, eller skriv ut den till en ny PDF."),
        Refusal.BYTES: _("Filen är för stor. Den får vara högst %(n)s MB.", n=MOST_BYTES // MIB),
        Refusal.PAGES: _("Dokumentet har för många sidor. Det får ha högst %(n)s. Dela upp det.", n=MOST_PAGES),
        Refusal.SIZE: _("En sida är större än något papper. Skriv ut den till en ny PDF med vanlig sidstorlek."),
        Refusal.LOCKED: _("PDF:en är låst. Öppna den med lösenordet och skriv ut den till en ny PDF utan lås."),
        Refusal.ACTIVE: _("PDF:en innehåller något som körs när den öppnas. Skriv ut den till en ny PDF."),
        Refusal.FORM: _("PDF:en är ett formulär som ändrar sig. Fyll i det och skriv ut det till en ny PDF."),
        Refusal.ATTACHED: _("PDF:en har andra filer i sig, som inte syns. Skriv ut den till en ny PDF."),
        Refusal.PRINT: _("PDF:en ser annorlunda ut på papper än på skärmen. Skriv ut den till en ny PDF."),
        Refusal.HEAVY: _("PDF:en är för tung att visa. Skriv ut den till en ny PDF, gärna med lägre upplösning."),
    }
    return words[reason]
