"""The firm's own data and its logo."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.settings import bp
from blueprints.settings.forms import CompanyForm, FormNameForm, LogoForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.requests import reads_first
from blueprints.shared.words import MONTHS
from domain import slugs
from services import firms, legal
from services.clock import utc_now
from services.errors import NotFound, RuleBroken
from services.installation import settings

LOGO = "logotypen"  # where the page tells of it, a screen or two below its head
BAD_PICTURE = {
    "kind": _l("Välj en bild: JPEG, PNG eller WEBP"),
    "broken": _l("Bilden går inte att läsa. Spara om den och försök igen."),
    "bytes": _l("Bilden får vara högst 5 MB"),
    "pixels": _l("Bilden är för stor. Minska den till 3 000 punkter på bredden."),
}


@bp.get("/foretag")
@requires("firm.settings")
def company() -> ResponseReturnValue:
    stored = firms.values(current_user.firm, firms.COMPANY)
    return _page(CompanyForm(formdata=None, data={**stored, "seen": firms.fingerprint(stored)}))


@bp.post("/foretag")
@requires("firm.settings")
def company_post() -> ResponseReturnValue:
    form = CompanyForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        firms.change(firms.COMPANY, form.to_input(), seen=form.seen.data or "", actor=current_user.actor, now=utc_now())
    except firms.Changed as error:
        form.seen.data = firms.fingerprint(error.values)
        return _page(form, status=409, stored=error.values)
    flash(_("Sparat."))
    return redirect(url_for("settings.company"), code=303)


@bp.post("/logotyp")
@requires("firm.settings")
@reads_first
def logo_post() -> ResponseReturnValue:
    form, actor = LogoForm(), current_user.actor
    if form.validate_on_submit():
        try:
            firms.set_logo(form.logo.data.read(), actor=actor, now=utc_now())
        except RuleBroken as error:
            form.logo.errors = [BAD_PICTURE[error.code]]
        else:
            flash(_("Logotypen är sparad."))
            return redirect(url_for("settings.company", _anchor=LOGO), code=303)
    stored = firms.values(current_user.firm, firms.COMPANY)
    company_form = CompanyForm(formdata=None, data={**stored, "seen": firms.fingerprint(stored)})
    return _page(company_form, logo_form=form, status=422)


@bp.post("/logotyp/ta-bort")
@requires("firm.settings")
def remove_logo() -> ResponseReturnValue:
    firms.remove_logo(actor=current_user.actor, now=utc_now())
    flash(_("Logotypen är borttagen."))
    return redirect(url_for("settings.company", _anchor=LOGO), code=303)


@bp.post("/forfragningar")
@requires("firm.settings")
def take_inquiries() -> ResponseReturnValue:
    """Open or close the public form for requests."""
    is_open = bool(request.form.get("open"))
    firms.take_inquiries(is_open, actor=current_user.actor, now=utc_now())
    flash(_("Formuläret är öppet.") if is_open else _("Formuläret är stängt."))
    return redirect(url_for("settings.company", _anchor="h-forfragan"), code=303)


@bp.post("/forfragningar/namn")
@requires("firm.settings")
def name_form() -> ResponseReturnValue:
    """The short name in the form's address."""
    form = FormNameForm()
    if form.validate_on_submit():
        try:
            firms.name_form(form.slug.data or "", actor=current_user.actor, now=utc_now())
        except RuleBroken:
            form.slug.errors = [_("Namnet är upptaget. Välj ett annat.")]
        else:
            flash(_("Adressen är sparad."))
            return redirect(url_for("settings.company", _anchor="h-forfragan"), code=303)
    stored = firms.values(current_user.firm, firms.COMPANY)
    company_form = CompanyForm(formdata=None, data={**stored, "seen": firms.fingerprint(stored)})
    return _page(company_form, name_form=form, status=422)


@bp.get("/logotyp")
@requires("login.own")
def logo() -> ResponseReturnValue:
    """The firm's own logo, as it was drawn anew when it came in."""
    kept = firms.logo(current_user.firm)
    if kept is None:
        raise NotFound
    return send_file(BytesIO(kept[0]), mimetype=kept[1])


def _page(
    form: CompanyForm,
    *,
    logo_form: LogoForm | None = None,
    name_form: FormNameForm | None = None,
    stored: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The settings page. With `stored`, someone else saved meanwhile: both values are shown."""
    firm = current_user.firm
    inquiry_url = f"{settings().base_url}/f/{firm.slug or firm.public_id}/forfragan"
    name_form = name_form or FormNameForm(formdata=None, data={"slug": firm.slug or slugs.suggested(firm.name)})
    body = render_template(
        "settings/company.html",
        form=form,
        logo_form=logo_form or LogoForm(formdata=None),
        has_logo=current_user.firm.logo_id is not None,
        others=_others(form, stored),
        has_errors=bool(form.errors or (logo_form and logo_form.errors) or name_form.errors),
        name_form=name_form,
        accepted=legal.accepted(current_user.firm_id),
        inquiries_on=current_user.firm.takes_inquiries,
        inquiry_url=inquiry_url,
        inquiry_link=f'<a href="{inquiry_url}">{_("Be om offert")}</a>',
        place="installningar",
    )
    return body, status


def _others(form: CompanyForm, stored: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """Label and stored value of each field where someone else's value differs from the typed one."""
    typed = form.to_input() if stored else {}
    shown = {name: MONTHS[value] if name == "fiscal_year_ends" else value for name, value in (stored or {}).items()}
    return [(form[name].label.text, shown[name]) for name, value in (stored or {}).items() if typed[name] != value]
