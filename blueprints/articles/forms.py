"""What an article's form asks."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from blueprints.shared.fields import KronorField, Range, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import KINDS, UNITS, deduction_choices, vat_choices
from models import Article
from services import article_import
from services.articles import MOST_ORE, ArticleInput

BASES = (("incl", _l("Inkl. moms")), ("excl", _l("Exkl. moms")))


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
    basis = RadioField(_l("Priset är"), choices=choices(*BASES), default="incl")
    vat = SelectField(_l("Moms"), choices=vat_choices(), default="25")
    deduction = SelectField(_l("Skatteavdrag"), choices=deduction_choices(), default="")
    purchase = KronorField(
        _l("Inköpspris exkl. moms"),
        [Optional(), Range(0, MOST_ORE, _l("Inköpspriset ska vara mellan 0 och 100 miljoner kronor."))],
    )
    rev = HiddenField()
    kept_purchase_ore: int | None = None  # of one who may not see it

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
                "purchase": article.purchase_price_ore,
            },
        )
        return form.with_unit(article.unit)

    def with_unit(self, unit: str) -> ArticleForm:
        if unit not in UNITS:
            self.unit.choices = choices(*((word, word) for word in (*UNITS, unit)))
        return self

    def without_purchase(self, article: Article | None) -> ArticleForm:
        """For who may not see margins: the field is not there, and what is stored stays."""
        del self.purchase
        self.kept_purchase_ore = article.purchase_price_ore if article else None
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
            purchase_price_ore=self.purchase.data if self.purchase is not None else self.kept_purchase_ore,
        )


class FileForm(FlaskForm):
    """A price list from elsewhere: a file, or rows copied from a sheet."""

    file = FileField(_l("Fil"))
    text = TextAreaField(_l("Eller klistra in rader"), [Optional()])
    basis = RadioField(_l("Priserna i filen är"), choices=choices(*BASES), default="incl")
    data_bytes = b""

    def validate_file(self, field: FileField) -> None:
        """Read either of them. One byte too many is enough to know that a file is too large."""
        self.data_bytes = field.data.read(article_import.MOST_BYTES + 1) if field.data else b""
        self.data_bytes = self.data_bytes or (self.text.data or "").encode()
        if not self.data_bytes:
            raise ValidationError(_l("Välj en fil eller klistra in raderna."))
