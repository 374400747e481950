"""What differs between two versions, in words: for the customer's page, the firm's, and the letter of a new version.

All three say the same, which is what the customer may see: a section that hides the prices of its lines hides them
here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from documents import units
from documents.format import day_in_words, deduction_name, kr, percent
from domain.changes import Changes, Content, Fact, Kind, LineChange, SectionChange, Sums
from domain.quotes import PriceBasis
from languages import gettext as _
from languages import lazy_gettext as _l
from languages import ngettext

PRICE_TYPES = {
    "fixed": _l("fast pris"),
    "approximate": _l("ungefärligt pris"),
    "running": _l("löpande räkning"),
    "running_with_cap": _l("löpande räkning med tak"),
}
TEXTS = {
    "site": _l("Arbetsplatsen är ändrad"),
    "terms": _l("Villkoren är ändrade"),
    "not_included": _l("Det som inte ingår är ändrat"),
    "customer_does": _l("Det som beställaren ordnar är ändrat"),
    "payment_plan": _l("Betalningsplanen är ändrad"),
    "law": _l("Informationen om ångerrätt och avdrag är ändrad"),
    "document": _l("Filen är utbytt mot en ny"),
}
MOST_IN_LETTER = 3


class Row(NamedTuple):
    """One change. `effect_ore` is None where nothing is said of the price."""

    text: str
    detail: str = ""
    effect_ore: int | None = None


class Told(NamedTuple):
    """All changes in words. `since`: the older version. `note`: what its amounts stand without."""

    since: int
    rows: tuple[Row, ...]
    note: str
    before: Sums
    after: Sums

    @property
    def effect_ore(self) -> int:
        """What all of it does to the sum to pay."""
        return self.after.to_pay_ore - self.before.to_pay_ore


def told(old: Content, new: Content, changes: Changes) -> Told:
    """What differs between two versions, row by row, in words."""
    return Told(old["version"], tuple(_rows(old, new, changes)), _note(new, changes), changes.before, changes.after)


def in_short(found: Told) -> str:
    """The changes in one line of a letter: the first few with what they do, and how many more there are."""
    said = [f"{row.text} ({signed(row.effect_ore)})" if row.effect_ore else row.text for row in found.rows]
    more = len(said) - MOST_IN_LETTER
    if more > 0:
        said = [*said[:MOST_IN_LETTER], str(ngettext("%(num)s ändring till", "%(num)s ändringar till", more))]
    return "; ".join(said)


def signed(ore: int) -> str:
    """`+1 290 kr`"""
    return f"+{kr(ore)}" if ore > 0 else kr(ore)


def _rows(old: Content, new: Content, changes: Changes) -> Iterator[Row]:
    titles = {section["key"]: section["title"] for section in (*old["sections"], *new["sections"])}
    for section in changes.sections:
        yield from _section(section)
    for key in dict.fromkeys(line.section for line in changes.lines):
        yield from _lines([line for line in changes.lines if line.section == key], titles[key])
    if changes.discount:
        was, now = changes.discount.old, changes.discount.new
        yield Row(_("Rabatt på hela priset"), _from_to(percent(was), percent(now)), changes.discount_effect_ore)
    if changes.vat_ore:
        is_vat = changes.basis == PriceBasis.EXCL or bool(old["reverse_charge"]) != bool(new["reverse_charge"])
        word = _("Moms") if is_vat else _("Avrundning av momsen")
        yield Row(word, "", changes.vat_ore)
    if changes.deduction_effect_ore:
        was, now = changes.before.deduction_ore, changes.after.deduction_ore
        yield Row(_deduction(old, new), _from_to(kr(was), kr(now)), changes.deduction_effect_ore)
    for fact in changes.facts:
        yield _fact(fact)
    yield from _photos(changes)


def _lines(lines: list[LineChange], title: str) -> Iterator[Row]:
    """Those of one section. Where it hides the prices of its lines, what they do together is one row."""
    hidden = [line for line in lines if line.price_mode != "rows" and not _is_apart(line)]
    for line in lines:
        if line not in hidden or line.price_mode == "no_rows":
            yield _line(line, is_priced=line not in hidden)
    effect_ore = sum(line.effect_ore for line in hidden)
    if effect_ore:
        yield Row(_("Priset för %(title)s", title=title) if title else _("Priset för delen"), "", effect_ore)
    elif any(line.price_mode == "sum" for line in hidden):
        yield Row(_("Delen %(title)s är beskriven på nytt", title=title or _("utan rubrik")))


def _is_apart(line: LineChange) -> bool:
    """Words and options are shown with all they say, whatever their section hides."""
    return all(row is None or row["is_text"] or row["is_option"] for row in (line.old, line.new))


def _line(line: LineChange, *, is_priced: bool) -> Row:
    name = line.row["text"]
    if line.row["is_text"]:
        words = {Kind.ADDED: _("Ny text"), Kind.REMOVED: _("Text borttagen"), Kind.CHANGED: _("Text ändrad")}
        return Row(f"{words[line.kind]}: {name}", "", (line.effect_ore or None) if is_priced else None)
    if line.row["is_option"]:
        words = {Kind.ADDED: _("Nytt tillval"), Kind.REMOVED: _("Tillval borttaget"), Kind.CHANGED: _("Tillval ändrat")}
        if "option" in line.fields:
            words[Kind.CHANGED] = _("Nu ett tillval")
    else:
        words = {Kind.ADDED: _("Tillagt"), Kind.REMOVED: _("Borttaget"), Kind.CHANGED: _("Ändrat")}
        if "option" in line.fields:
            words[Kind.CHANGED] = _("Inte längre ett tillval")
    detail = _changed(line, is_priced) if line.kind is Kind.CHANGED else _stands(line, is_priced)
    has_effect = line.effect_ore or not (line.kind is Kind.CHANGED or _is_apart(line))
    return Row(f"{words[line.kind]}: {name}", detail, line.effect_ore if is_priced and has_effect else None)


def _stands(line: LineChange, is_priced: bool) -> str:
    """How much of what: `16 tim × 690 kr`."""
    row, amount = line.row, line.new_quantity_milli if line.new else line.old_quantity_milli
    how_much = units.counted(amount, row["unit"])
    return f"{how_much} × {kr(row['unit_price_ore'])}" if is_priced else how_much


def _changed(line: LineChange, is_priced: bool) -> str:
    """From what to what, of each field that differs and is shown."""
    was, now, said = line.old or {}, line.new or {}, []
    if "text" in line.fields and was["text"] != now["text"]:
        said.append(_("hette %(name)s", name=was["text"]))
    if "quantity" in line.fields:
        amounts = [
            units.counted(milli, row["unit"])
            for milli, row in ((line.old_quantity_milli, was), (line.new_quantity_milli, now))
        ]
        said.append(_from_to(*amounts))
    if "price" in line.fields and is_priced:
        said.append(_from_to(kr(was["unit_price_ore"]), kr(now["unit_price_ore"])))
    if "discount" in line.fields and is_priced:
        said.append(_("rabatt") + f" {_from_to(percent(was['discount_bp']), percent(now['discount_bp']))}")
    if "vat" in line.fields:
        said.append(_("moms") + f" {_from_to(*(percent(row['vat_percent'] * 100) for row in (was, now)))}")
    if "deduction" in line.fields:
        said.append(
            _("%(kind)s-avdrag", kind=deduction_name(now["deduction"], within=True))
            if now["deduction"]
            else _("utan avdrag")
        )
    said += [word for name, word in _OTHER.items() if name in line.fields]
    return ", ".join(map(str, said))


_OTHER = {
    "note": _l("ny beskrivning"),
    "kind": _l("annan typ av kostnad"),
    "limits": _l("andra gränser för antalet"),
    "section": _l("flyttad till en annan del"),
    "picked": _l("valet är ändrat"),
}


def _section(section: SectionChange) -> Iterator[Row]:
    title = section.row["title"] or _("utan rubrik")
    if section.kind is Kind.ADDED:
        yield Row(_("Ny del: %(title)s", title=title))
    elif section.kind is Kind.REMOVED:
        yield Row(_("Delen %(title)s är borttagen", title=title))
    was, now = section.old or {}, section.new or {}
    if "title" in section.fields:
        yield Row(_("Delen %(old)s heter nu %(new)s", old=was["title"] or _("utan rubrik"), new=title))
    if "discount_bp" in section.fields:
        rates = [percent(one["discount_bp"]) for one in (was, now)]
        yield Row(_("Rabatt på %(title)s", title=title), _from_to(*rates), section.effect_ore)
    if "choice" in section.fields:
        yield Row(_("Valet i %(title)s är ändrat", title=title))


def _fact(fact: Fact) -> Row:
    if fact.name in TEXTS:
        return Row(str(TEXTS[fact.name]))
    if fact.name == "title":
        return Row(_("Rubriken är nu ”%(title)s”", title=fact.new))
    if fact.name == "basis":
        return Row(_("Priserna visas nu med moms") if fact.new == "incl" else _("Priserna visas nu utan moms"))
    if fact.name == "reverse_charge":
        return Row(_("Köparen redovisar momsen") if fact.new else _("Momsen är med i priset igen"))
    words, show = _VALUES[fact.name]
    return Row(str(words), _from_to(show(fact.old), show(fact.new)))


def _day(text: str | None) -> str:
    return day_in_words(date.fromisoformat(text)) if text else str(_("bestäms tillsammans"))


def _amount(ore: int | None) -> str:
    return kr(ore) if ore is not None else str(_("inget"))


def _rate(bp: int | None) -> str:
    return percent(bp) if bp is not None else str(_("inget"))


_VALUES: Mapping[str, Any] = {
    "price_type": (_l("Hur priset bestäms"), lambda kind: str(PRICE_TYPES.get(kind, kind))),
    "limit_percent": (_l("Så mycket högre får priset bli"), lambda value: percent(value * 100)),
    "cap_ore": (_l("Högsta pris"), _amount),
    "markup_bp": (_l("Påslag på material"), _rate),
    "valid_until": (_l("Gäller till"), _day),
    "starts_on": (_l("Start"), _day),
    "finishes_on": (_l("Klart"), _day),
    "paid_year": (_l("Avdraget är räknat på betalning"), str),
}


def _photos(changes: Changes) -> Iterator[Row]:
    if changes.photos_added:
        yield Row(str(ngettext("%(num)s nytt foto", "%(num)s nya foton", changes.photos_added)))
    if changes.photos_removed:
        yield Row(str(ngettext("%(num)s foto borttaget", "%(num)s foton borttagna", changes.photos_removed)))


def _deduction(old: Content, new: Content) -> str:
    kinds = {deduction_name(share["kind"]) for one in (old, new) for share in one["totals"]["deductions"]}
    return str(_("%(kinds)s-avdrag", kinds=_("- och ").join(sorted(kinds))))


def _note(new: Content, changes: Changes) -> str:
    return str(_("Beloppen på raderna är utan moms.")) if changes.basis == PriceBasis.EXCL else ""


def _from_to(old: str, new: str) -> str:
    return f"{old} → {new}"
