"""One quote as the firm follows it: what was sent, what happened, questions, links, the answer to a late yes."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, held, reminders, ways
from blueprints.quotes.review_forms import AnswerForm, ResendForm, SmsForm
from blueprints.quotes.view import base_of
from blueprints.shared import live
from blueprints.shared.filters import day
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from domain.phones import spoken
from domain.quote_states import OPEN
from models import StoredFile
from services import following, storage, transaction
from services.clock import utc_now
from services.deal import answering, links, thread
from services.errors import RuleBroken
from services.inquiries import reading as inquiries
from services.installation import settings
from services.quotes import drafting, extending, giving, papers, resending, sent_letters, sharing, showing
from services.uploads import rows as uploads

# no field to type in lies in one of them
LIVE_PARTS = "#nytt,#lage,#laget,#avtalet,#samtalet,#forloppet,#summan,#paminnelserna,#lankarna,#vilka"


@bp.get("/offerter/<int:n>")
@requires("quote.read")
def show(n: int) -> ResponseReturnValue:
    return page(n)


@bp.post("/offerter/<int:n>/svara")
@requires("quote.send")
def answer(n: int) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return page(n, form=form, status=422)
    quote = drafting.get(current_user.firm_id, n)
    thread.answer(quote, form.answer.data or "", actor=current_user.actor, now=utc_now())
    flash(_("Svaret är skickat."))
    return redirect(url_for(".show", n=n, _anchor="h-fr"), code=303)


@bp.post("/offerter/<int:n>/lank")
@requires("quote.send")
def hand_over(n: int) -> ResponseReturnValue:
    """A link of its own for the firm to hand over; the address is shown this once."""
    way = request.form.get("way", giving.LINK)
    if way not in giving.HANDED_OVER:
        way = giving.LINK
    address = resending.hand_over(current_user.firm_id, n, way=way, actor=current_user.actor, now=utc_now())
    return page(n, handed=(way, address, ""))


@bp.post("/offerter/<int:n>/skicka-igen")
@requires("quote.send")
def resend(n: int) -> ResponseReturnValue:
    """The same version to a corrected address."""
    form = ResendForm()
    if not form.validate_on_submit():
        return page(n, resend_form=form, status=422)
    email = form.email.data or ""
    resending.resend(current_user.firm_id, n, email, actor=current_user.actor, now=utc_now())
    flash(ways.sent_words(giving.MAIL, email, ""))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/offerter/<int:n>/sms")
@requires("quote.send")
def resend_by_sms(n: int) -> ResponseReturnValue:
    """The same version by text message; where none leave by themselves, ready for the own phone."""
    form = SmsForm()
    if not form.validate_on_submit():
        return page(n, sms_form=form, status=422)
    phone, firm_id, actor = form.phone.data or "", current_user.firm_id, current_user.actor
    if not settings().sends_texts:
        address = resending.hand_over(firm_id, n, way=giving.OWN_SMS, actor=actor, now=utc_now())
        return page(n, handed=(giving.OWN_SMS, address, phone))
    resending.resend(firm_id, n, phone, way=giving.SMS, actor=actor, now=utc_now())
    flash(ways.sent_words(giving.SMS, "", spoken(phone)))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/offerter/<int:n>/lankar/<link_id>/stang")
@requires("quote.send")
def revoke(n: int, link_id: str) -> ResponseReturnValue:
    quote = drafting.get(current_user.firm_id, n)
    links.revoke(quote, link_id, actor=current_user.actor, now=utc_now())
    flash(_("Länken är stängd."))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/offerter/<int:n>/ny-tid")
@requires("quote.send")
@reads_first
def extend(n: int) -> ResponseReturnValue:
    """What was sent, once more with a later last day; what has changed since is reviewed first."""
    try:
        last_day, pressed = extending.extend(current_user.firm, n, actor=current_user.actor, now=utc_now())
    except RuleBroken as broken:
        if broken.code != "not_as_sent":
            raise
        transaction.rollback()
        flash(_("Något har ändrats sedan det skickades. Granska innan du skickar."))
        return redirect(url_for(".review", n=n), code=303)
    if pressed.due_at:
        held.flash_hold(n)
    else:
        flash(_("Kunden har fått ny tid, till %(day)s.", day=day(last_day)))
    return redirect(url_for(".show", n=n), code=303)


@bp.get("/offerter/<int:n>/ta-tillbaka")
@requires("quote.send")
def recall_page(n: int) -> ResponseReturnValue:
    view = showing.view(current_user.firm_id, current_user.found.firm_public_id, n, now=utc_now())
    if not view.can("recall"):
        return redirect(url_for(".show", n=n))
    return render_template("quotes/show_recall.html", place="offerter", view=view, quote=view.quote)


@bp.post("/offerter/<int:n>/ta-tillbaka")
@requires("quote.send")
def recall(n: int) -> ResponseReturnValue:
    answering.recall(drafting.get(current_user.firm_id, n), actor=current_user.actor, now=utc_now())
    flash(_("Det är tillbakataget."))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/offerter/<int:n>/sent-svar/bekrafta")
@requires("quote.send")
def confirm_late(n: int) -> ResponseReturnValue:
    answering.confirm_late(drafting.get(current_user.firm_id, n), actor=current_user.actor, now=utc_now())
    flash(_("Avtalet gäller. Båda får det med e-post."))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/offerter/<int:n>/sent-svar/avboj")
@requires("quote.send")
def refuse_late(n: int) -> ResponseReturnValue:
    answering.refuse_late(drafting.get(current_user.firm_id, n), actor=current_user.actor, now=utc_now())
    flash(_("Kunden får veta att svaret kom för sent."))
    return redirect(url_for(".show", n=n), code=303)


@bp.get("/offerter/<int:n>/offert.pdf")
@requires("quote.read")
def version_pdf(n: int) -> ResponseReturnValue:
    return _file(papers.version_file(current_user.firm_id, n))


@bp.get("/offerter/<int:n>/avtal.pdf")
@requires("quote.read")
def agreement_pdf(n: int) -> ResponseReturnValue:
    return _file(papers.agreement_file(current_user.firm_id, n))


@bp.get("/offerter/<int:n>/avtal-tidsstamplat.pdf")
@requires("quote.read")
def stamped_pdf(n: int) -> ResponseReturnValue:
    return _file(papers.stamped_file(current_user.firm_id, n))


@bp.get("/offerter/<int:n>/bevispaket.zip")
@requires("personnummer.read")
def evidence_package(n: int) -> ResponseReturnValue:
    """All that proves the agreement, of everyone who signed: for those who may send it on."""
    from services.proof import handing  # zipfile and the chain: for those who ask

    data, name = handing.of_firm(current_user.firm_id, current_user.found.firm_public_id, n)
    answer = Response(data, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _file(file: StoredFile) -> Response:
    answer = Response(storage.read(current_user.found.firm_public_id, file), mimetype=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    if file.purpose == uploads.PURPOSE:
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def page(
    n: int,
    *,
    form: AnswerForm | None = None,
    resend_form: ResendForm | None = None,
    handed: tuple[str, str, str] | None = None,
    sms_form: SmsForm | None = None,
    in_full: bool = False,
    status: int = 200,
    said: following.Said | None = None,
    is_part: bool = False,
) -> ResponseReturnValue:
    """The quote's page, or the answer to an open one (`is_part`) with what is to be `said` there.

    `handed`: the way, address and phone of a link that was just made to be handed over.
    """
    firm_public_id = current_user.found.firm_public_id
    view = showing.view(current_user.firm_id, firm_public_id, n, now=utc_now())
    waiting = held.waiting(view)
    asked = inquiries.of_quote(view.quote.firm_id, view.quote.id) if view.quote.has_inquiry else None
    if view.content is None:
        return held.page(view, waiting) if waiting else _to_draft(n, asked)
    may_hand_over = view.can("hand_over") and current_user.may("quote.send")
    new_day = extending.new_day(current_user.firm, utc_now()) if view.status == "expired" else None
    whom = view.persons
    if in_full and view.agreement:
        whom = showing.persons(firm_public_id, view.agreement, in_full=True)
    answer = render_template(
        "quotes/show.html",
        place="offerter",
        view=view,
        quote=view.quote,
        base=base_of(n),
        content=view.content,
        steps=showing.timeline(view),
        letter_words=sent_letters.letter_words,
        failed_words=sent_letters.failed_words,
        reply_words=sent_letters.reply_words,
        persons=whom,
        in_full=in_full,
        new_day=new_day,
        form=form or AnswerForm(formdata=None),
        reminders=reminders.told(view) if view.quote.status in OPEN else None,
        resend_form=resend_form or ResendForm(formdata=None),
        recipients=view.recipients,
        roles=sharing.roles(view.quote.status),
        sms_form=sms_form or SmsForm(formdata=None, data={"phone": view.content["customer"]["phone"]}),
        given=ways.given(*handed[:2], view.content, handed[2]) if handed else None,
        ways=ways.offered(current_user.found.last_way) if may_hand_over else [],
        held=waiting,
        now=utc_now(),
        # what is shown this once would be gone with the first answer
        live="" if view.is_over or handed or in_full else live.address(news_path(n)),
        parts=LIVE_PARTS,
        said=said,
        is_part=is_part,
        asked=asked,
    )
    return make_response(answer, live.OVER if is_part and view.is_over else status)


def _to_draft(n: int, asked: inquiries.Asked | None) -> ResponseReturnValue:
    """Where a quote that has not been sent is worked on, or read by who may not; or the declined request."""
    if asked is not None and asked.inquiry.state == "declined":
        return redirect(url_for("inquiries.show", n=n))
    return redirect(url_for(".edit" if current_user.may("quote.write") else ".preview", n=n))


def news_path(n: int) -> str:
    return f"/offerter/{n}/nytt"
