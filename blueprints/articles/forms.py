"""What an article's form asks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.shared.fields import KronorField, Range, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.words import KINDS, UNITS, deduction_choices, vat_choices
from models import Article
from services.articles import ArticleInput

MOST_ORE = 10_000_000_000  # 100 million kronor


class ArticleForm(FlaskForm):
    """One row of the price list."""

    name = StringField(
        _l("Benämning"),
        [
            DataRequired(_l("Skriv vad det är.")),
            Length(max=200, message=_l("Skriv högst %(max)d tecken.")),
            no_personnummer,
        ],
        filters=[strip],
    )
    kind = RadioField(_l("Typ"), choices=choices(*KINDS.items()), default="labour")
    price = KronorField(
        _l("À-pris"),
        [
            InputRequired(_l("Skriv ett pris med siffror, till exempel 1\u00a0290,50")),
            Range(-MOST_ORE, MOST_ORE, _l("Priset ska vara högst 100 miljoner kronor.")),
        ],
    )
    unit = SelectField(_l("Enhet"), choices=choices(*((unit, unit) for unit in UNITS)), default="tim")
    basis = RadioField(
        _l("Priset är"), choices=choices(("incl", _l("Inkl. moms")), ("excl", _l("Exkl. moms"))), default="incl"
    )
    vat = SelectField(_l("Moms"), choices=vat_choices(), default="25")
    deduction = SelectField(_l("Skatteavdrag"), choices=deduction_choices(), default="")
    rev = HiddenField()

    @classmethod
    def of(cls, article: Article) -> ArticleForm:
        """The form filled from the row. A unit that is not in our list stays."""
        form = cls(
            formdata=None,
            data={
                "name": article.name,
                "kind": article.kind,
                "price": article.unit_price_ore,
                "unit": article.unit,
                "basis": article.basis,
                "vat": str(article.vat_percent),
                "deduction": f"{article.deduction}:{article.work_type}" if article.deduction else "",
            },
        )
        return form.with_unit(article.unit)

    def with_unit(self, unit: str) -> ArticleForm:
        if unit not in UNITS:
            self.unit.choices = choices(*((word, word) for word in (*UNITS, unit)))
        return self

    def to_input(self) -> ArticleInput:
        deduction, _, work_type = (self.deduction.data or "").partition(":")
        return ArticleInput(
            name=self.name.data or "",
            unit=self.unit.data,
            unit_price_ore=self.price.data,
            basis=self.basis.data,
            vat_percent=int(self.vat.data),
            kind=self.kind.data,
            deduction=deduction or None,
            work_type=work_type or None,
        )
