"""Clauses of contracts: the firm's templates, one of them, one clause of it. Words of ours stay beside the firm's."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.templates_ import bp
from blueprints.templates_.clause_forms import AUDIENCES, MEANS, ClauseForm, NameForm, NewForm
from blueprints.templates_.forms import number
from domain import clauses
from domain.clauses import Placeholder
from services import contract_templates, transaction
from services.clock import utc_now
from services.contract_templates import ClausesChanged, Shown
from services.errors import NotFound


@bp.get("/mallar/kontrakt")
@requires("quote.read")
def contracts() -> ResponseReturnValue:
    return _list(NewForm(formdata=None))


@bp.post("/mallar/kontrakt")
@requires("firm.settings")
def create_contract() -> ResponseReturnValue:
    form = NewForm()
    if not form.validate_on_submit():
        return _list(form, status=422)
    actor, now = current_user.actor, utc_now()
    made = contract_templates.create(form.name.data or "", form.audience.data, actor=actor, now=now)
    flash(_("Mallen är gjord, med våra villkor. Ändra det som ska vara ert."))
    return redirect(url_for(".contract", contract_n=made.n), code=303)


@bp.get("/mallar/kontrakt/<int:contract_n>")
@requires("quote.read")
def contract(contract_n: int) -> ResponseReturnValue:
    shown = _shown(contract_n)
    return _one(shown, NameForm(formdata=None, data={"name": shown.template.name}))


@bp.post("/mallar/kontrakt/<int:contract_n>/namn")
@requires("firm.settings")
def rename_contract(contract_n: int) -> ResponseReturnValue:
    form = NameForm()
    if not form.validate_on_submit():
        return _one(_shown(contract_n), form, status=422)
    contract_templates.rename(contract_n, form.name.data or "", actor=current_user.actor)
    flash(_("Mallen har fått sitt nya namn."))
    return redirect(url_for(".contract", contract_n=contract_n), code=303)


@bp.post("/mallar/kontrakt/<int:contract_n>/ordna")
@requires("firm.settings")
def arrange_contract(contract_n: int) -> ResponseReturnValue:
    """Move, take away, put back or restore the clause that the button names: up:price."""
    act, _sep, code = request.form.get("gor", "").partition(":")
    version = number(request.form.get("version")) or 0
    try:
        contract_templates.arrange(contract_n, act, code, version=version, actor=current_user.actor, now=utc_now())
    except ClausesChanged:
        transaction.rollback()
        flash(_("Någon annan ändrade mallen nyss. Se över den och gör om det du ville göra."))
        return redirect(url_for(".contract", contract_n=contract_n), code=303)
    return redirect(url_for(".contract", contract_n=contract_n, _anchor=code), code=303)


@bp.get("/mallar/kontrakt/<int:contract_n>/punkt/<code>")
@requires("firm.settings")
def clause(contract_n: int, code: str) -> ResponseReturnValue:
    """One clause; code `ny` for one more of the firm's own."""
    shown = _shown(contract_n)
    form = ClauseForm(formdata=None, data={"version": shown.template.version})
    if code != "ny":
        form.title.data, form.text.data = contract_templates.said(_written(shown, code), shown.template.audience)
    return _clause(shown, code, form)


@bp.post("/mallar/kontrakt/<int:contract_n>/punkt/<code>")
@requires("firm.settings")
def save_clause(contract_n: int, code: str) -> ResponseReturnValue:
    shown, form = _shown(contract_n), ClauseForm()
    if code != "ny":
        _written(shown, code)
    if not form.validate_on_submit():
        return _clause(shown, code, form, status=422)
    title, text = form.title.data or "", form.text.data or ""
    given: dict[str, Any] = {
        "version": number(form.version.data) or 0,
        "actor": current_user.actor,
        "now": utc_now(),
    }
    try:
        if code == "ny":
            contract_templates.add_own(contract_n, title, text, **given)
        else:
            contract_templates.write(contract_n, code, title, text, **given)
    except ClausesChanged:
        transaction.rollback()
        shown = _shown(contract_n)
        form.version.data = str(shown.template.version)
        return _clause(shown, code, form, status=409)
    flash(_("Punkten är sparad. Det är en ny version av mallen."))
    return redirect(url_for(".contract", contract_n=contract_n), code=303)


@bp.post("/mallar/kontrakt/<int:contract_n>/arkivera")
@requires("firm.settings")
def archive_contract(contract_n: int) -> ResponseReturnValue:
    contract_templates.archive(contract_n, actor=current_user.actor, now=utc_now())
    undoable(_("Mallen är arkiverad."), url_for(".restore_contract", contract_n=contract_n))
    return redirect(url_for(".contracts"), code=303)


@bp.post("/mallar/kontrakt/<int:contract_n>/hamta-tillbaka")
@requires("firm.settings")
def restore_contract(contract_n: int) -> ResponseReturnValue:
    contract_templates.restore(contract_n, actor=current_user.actor)
    flash(_("Mallen är tillbaka i listan."))
    return redirect(url_for(".contracts"), code=303)


def _shown(n: int) -> Shown:
    return contract_templates.show(current_user.firm_id, n)


def _written(shown: Shown, code: str) -> clauses.Written:
    found = next((one for one in shown.clauses if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def _list(form: NewForm, *, status: int = 200) -> ResponseReturnValue:
    archived = request.args.get("visa") == "arkiverade"
    page = render_template(
        "mallar/contracts.html",
        place="prislista",
        form=form,
        templates=contract_templates.listed(current_user.firm_id, archived=archived),
        audiences=AUDIENCES,
        archived=archived,
    )
    return make_response(page, status)


def _one(shown: Shown, form: NameForm, *, status: int = 200) -> ResponseReturnValue:
    audience = shown.template.audience
    rows = [
        (one, *contract_templates.said(one, audience), one.is_own or not clauses.is_required(one.code, audience))
        for one in shown.clauses
    ]
    left = [
        (code, contract_templates.our_words(code, audience)[0]) for code in clauses.missing(shown.clauses, audience)
    ]
    page = render_template(
        "mallar/contract.html",
        place="prislista",
        form=form,
        template=shown.template,
        version=shown.version,
        rows=rows,
        left=left,
        audiences=AUDIENCES,
    )
    return make_response(page, status)


def _braced(name: str) -> str:
    """As it is written in a text."""
    return "{{" + name + "}}"


def _clause(shown: Shown, code: str, form: ClauseForm, *, status: int = 200) -> ResponseReturnValue:
    is_ours = code in clauses.offered(shown.template.audience)
    ours = contract_templates.our_words(code, shown.template.audience) if is_ours else None
    saved = None
    if status == 409 and code != "ny":
        found = next((one for one in shown.clauses if one.code == code), None)
        saved = contract_templates.said(found, shown.template.audience) if found else None
    page = render_template(
        "mallar/clause.html",
        place="prislista",
        form=form,
        template=shown.template,
        code=code,
        ours=ours,
        saved=saved,
        means={_braced(name): text for name, text in MEANS.items()},
        example=_braced(Placeholder.PRICE),
        is_stale=status == 409,
    )
    return make_response(page, status)
