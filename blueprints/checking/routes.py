"""/kontrollera: a file or its fingerprint in, what it is out. No login, and nothing of the file is kept."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from blueprints.checking import bp
from blueprints.checking.forms import FileForm, FingerprintForm
from blueprints.shared import link_cookies
from blueprints.shared.guards import client_address, public
from blueprints.shared.phrases import ngettext
from blueprints.shared.requests import reads_first
from domain.authenticity import Known
from services.checking import verifying
from services.checking.looking import MOST_BYTES
from services.checking.verifying import Checked
from services.clock import utc_now
from services.deal import deals
from services.errors import NotFound, TooMany

MIB = 1024 * 1024


@bp.get("")
@public
def show() -> ResponseReturnValue:
    return _page(FileForm(formdata=None), FingerprintForm(formdata=None))


@bp.post("")
@public
@reads_first
def upload() -> ResponseReturnValue:
    """Check a whole file."""
    form, other = FileForm(), FingerprintForm(formdata=None)
    if not form.validate_on_submit():
        return _page(form, other, status=422)
    data = form.fil.data.stream.read(MOST_BYTES + 1)
    try:
        checked = verifying.upload(data, ip=client_address(), now=utc_now())
    except TooMany as error:
        return _too_many(form, other, error)
    return _page(form, other, checked=checked)


@bp.post("/fingeravtryck")
@public
@reads_first
def fingerprint() -> ResponseReturnValue:
    """What is known of a file by its SHA-256: the browser reckons it, and the file stays where it is."""
    form, other = FingerprintForm(), FileForm(formdata=None)
    if not form.validate_on_submit():
        return _page(other, form, status=422)
    try:
        checked = verifying.fingerprint(form.sha256.data or "", ip=client_address(), now=utc_now())
    except TooMany as error:
        return _too_many(other, form, error)
    return _page(other, form, checked=checked, by_hash=True)


def _page(
    form: FileForm,
    other: FingerprintForm,
    *,
    checked: Checked | None = None,
    by_hash: bool = False,
    again: str = "",
    status: int = 200,
) -> Response:
    """The form, and above it what came out."""
    verdict = checked.verdict if checked else None
    page = render_template(
        "checking/page.html",
        form=form,
        other=other,
        checked=checked,
        verdict=verdict,
        paper=verdict.paper if verdict else None,
        by_hash=by_hash,
        deal_id=_own_deal(verdict.paper) if verdict and verdict.paper else "",
        again=again,
        has_errors=bool(form.errors or other.errors or again),
        most_mib=MOST_BYTES // MIB,
        methods=verifying.in_words(verdict.paper.methods) if verdict and verdict.paper else [],
        now=utc_now(),
    )
    return make_response(page, status)


def _own_deal(paper: Known) -> str:
    """The deal's id, if this browser holds a good link of it: then the paper may be named."""
    try:
        deals.find(paper.deal_id, link_cookies.newest(paper.deal_id), now=utc_now())
    except (NotFound, deals.LinkExpired):
        return ""
    return paper.deal_id


def _too_many(form: FileForm, other: FingerprintForm, error: TooMany) -> Response:
    minutes = -(-error.retry_after_seconds // 60)
    again = ngettext(
        "Det har kommit många filer på kort tid. Vänta en minut och försök igen.",
        "Det har kommit många filer på kort tid. Vänta %(num)s minuter och försök igen.",
        minutes,
    )
    answer = _page(form, other, again=again, status=429)
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer
