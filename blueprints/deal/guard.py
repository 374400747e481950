"""Who comes by a link: the cookie of the link holds the token, and every request asks the link's row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

import languages
from blueprints.shared import link_cookies, speaking
from blueprints.shared.guards import GUARD, client_address, user_agent
from blueprints.shared.locking import lock
from services import transaction
from services.clock import utc_now
from services.deal import deals, links
from services.errors import NotFound, RuleBroken

OWN_LANG = {languages.SWEDISH: Markup(' lang="sv"'), languages.ENGLISH: Markup(' lang="en"')}
READER = "som"  # field that says whose page the form was on (templates/_macros/forms.html)
View = Callable[..., ResponseReturnValue]


def by_link(view: View) -> View:
    """Only with a good link of this deal. The view gets the deal in place of its id."""

    @wraps(view)
    def guarded(deal_id: str, **rest: Any) -> ResponseReturnValue:
        now, ip, browser, held = utc_now(), client_address(), user_agent(), lock()
        try:
            if held:
                deal = deals.find_shown(deal_id, held.link_id, now=now, ip=ip, user_agent=browser)
            else:
                deal = deals.find(deal_id, link_cookies.newest(deal_id), now=now, ip=ip, user_agent=browser)
        except NotFound:
            return lost(deal_id)
        except deals.LinkExpired:
            return make_response(render_template("deal/old_link.html", deal_id=deal_id), 410)
        deal.is_own_visit = not held and _is_of(deal.found.firm_id)
        _speak(deal)
        try:
            _check_reader(deal)
            return _keep_language(view(deal, **rest), deal_id)
        except RuleBroken as error:
            transaction.rollback()
            facts = {"deal_id": deal_id, "kind": deal.content["kind"], "code": error.code}
            return make_response(render_template("deal/refused.html", **facts), 409)

    setattr(guarded, GUARD, "by_link")
    return guarded


def _check_reader(deal: deals.Deal) -> None:
    """Where several have links, a form is its own reader's: another's link was opened in this browser since.

    Raises RuleBroken("other_reader").
    """
    if not (deal.is_joint or deal.found.role):
        return
    g.reader = deal.found.recipient or links.THE_CUSTOMER
    if request.method == "POST" and request.form.get(READER, g.reader) != g.reader:
        raise RuleBroken("other_reader")


def lost(deal_id: str, *, asked: bool = False) -> Response:
    """The same for an unknown deal, a revoked link, another browser."""
    return make_response(render_template("deal/lost.html", deal_id=deal_id, asked=asked), 200 if asked else 404)


def _is_of(firm_id: int) -> bool:
    """Whether someone of the firm is logged in in this browser."""
    return bool(current_user.is_authenticated and current_user.firm_id == firm_id)


def _speak(deal: deals.Deal) -> None:
    """The quote's own language, unless this browser has chosen the other one for this deal. A GET writes no row."""
    kept = speaking.kept(_language_cookie(deal.found.deal_id))
    languages.use(speaking.asked() or kept or deal.content["lang"])


def _keep_language(answer: ResponseReturnValue, deal_id: str) -> ResponseReturnValue:
    chosen = speaking.asked()
    if chosen is None:
        return answer
    return speaking.keep(make_response(answer), chosen, cookie=_language_cookie(deal_id))


def _language_cookie(deal_id: str) -> str:
    return f"{speaking.CHOICE}-{deal_id}"


def _opened_url(deal: deals.Deal) -> str | None:
    """Where the page's script tells of the first touch. On the firm's own screen the hand may be the firm's.

    So it may in a browser where someone of the firm is logged in.
    """
    if deal.is_on_site or deal.is_own_visit or deal.found.is_told:
        return None
    return url_for("deal.saw", deal_id=deal.found.deal_id)


def names(deal: deals.Deal) -> dict[str, object]:
    """What every page of the customer needs (templates/deal/_frame.html)."""
    deal_id = deal.found.deal_id
    is_translated = deal.content["lang"] != languages.code()
    logo = deal.content["firm"]["logo_sha256"] and deal.found.logo_id
    return {
        "deal": deal,
        "deal_id": deal_id,
        "content": deal.content,
        "firm": deal.content["firm"],
        "logo_url": url_for("deal.logo", deal_id=deal_id) if logo else None,
        "privacy_url": url_for("deal.privacy", deal_id=deal_id),
        "opened_url": _opened_url(deal),
        "is_translated": is_translated,
        "last_day": deal.last_day(utc_now()),
        # beside what the firm has typed, on a page whose own words are in another language (WCAG 3.1.2)
        "own_lang": OWN_LANG[deal.content["lang"]] if is_translated else "",
    }
