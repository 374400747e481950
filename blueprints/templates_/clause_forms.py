"""What is typed of clauses, and what fields and audiences are called."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from blueprints.shared.fields import choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain import clauses
from domain.clauses import Audience, Placeholder

AUDIENCES = {
    Audience.CONSUMER: _l("Konsument"),
    Audience.SMAHUS: _l("Konsument, småhusbygge"),
    Audience.BUSINESS: _l("Företag eller förening"),
}
MEANS = {
    Placeholder.FIRM: _l("företagets namn"),
    Placeholder.ORGNR: _l("företagets organisationsnummer"),
    Placeholder.CONTACT: _l("företagets telefon och e-post"),
    Placeholder.CUSTOMER: _l("beställarens namn"),
    Placeholder.NUMBER: _l("kontraktets nummer"),
    Placeholder.SITE: _l("arbetsplatsens adress"),
    Placeholder.PRICE: _l("priset utan tillval, med moms (utan vid omvänd betalningsskyldighet)"),
    Placeholder.PRICE_TYPE: _l("hur priset är bestämt, i en eller flera meningar"),
    Placeholder.START: _l("startdagen: den 1 december 2026"),
    Placeholder.FINISH: _l("slutdagen: senast den 18 december 2026"),
}


def _at_most(most: int) -> Length:
    return Length(max=most, message=_l("Skriv högst %(max)d tecken."))


def only_known(form: FlaskForm, field: Any) -> None:
    """What stands in double braces is one of ours, and not without end: nothing else is ever filled in."""
    if clauses.has_too_many_fields(field.data or ""):
        raise ValidationError(_("Högst %(n)s fält får plats i en text.", n=clauses.MOST_FIELDS))
    found = clauses.unknown_placeholders(field.data or "")
    if found:
        raise ValidationError(
            _("Det finns inget fält som heter %(names)s. Se listan här nedanför.", names=", ".join(found))
        )


class NameForm(FlaskForm):
    name = StringField(
        _l("Mallens namn"), [DataRequired(_l("Skriv vad mallen ska heta.")), _at_most(80), no_personnummer], [strip]
    )


class NewForm(NameForm):
    audience = RadioField(_l("För"), choices=choices(*AUDIENCES.items()), default=Audience.CONSUMER.value)


class ClauseForm(FlaskForm):
    """One clause; `version` is what it was drawn from."""

    title = StringField(
        _l("Rubrik"),
        [DataRequired(_l("Skriv en rubrik.")), _at_most(clauses.MOST_TITLE), no_personnummer, only_known],
        [strip],
    )
    text = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Skriv texten.")), _at_most(clauses.MOST_TEXT), no_personnummer, only_known],
        [lambda text: (text or "").replace("\r\n", "\n").strip()],
    )
    version = HiddenField()
