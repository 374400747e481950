"""Whether a draft can be sent, and whether this user may send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.checks import Blocker
from extensions import db
from models import User
from services import legal, scope, standing
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.photos import rows as photo_rows
from services.photos.rows import PhotoRow
from services.quotes import contracting, drafting
from services.quotes.drafting import Draft
from services.sealing import keys as sealing
from services.uploads import rows as uploads


def blockers(
    draft: Draft, *, now: datetime, can_answer: bool = False, photos: Sequence[PhotoRow] | None = None
) -> list[Blocker]:
    """What stands in the way. With `can_answer`, without what the fields of the review page themselves settle.

    A photo that is still to be drawn does: a version holds all of its photos, and it takes seconds.
    """
    if photos is None:
        photos = photo_rows.of_quote(draft.quote.firm_id, draft.quote.id)
    waits = [Blocker.PHOTOS_WAIT] if any(photo.state == "waiting" for photo in photos) else []
    if upload := uploads.of_draft(draft.quote):
        waits = {"waiting": [Blocker.DOCUMENT_WAITS], "refused": [Blocker.DOCUMENT_REFUSED]}.get(upload.state, [])
    settled = {Blocker.NO_CONTACT, Blocker.VALID_UNTIL_PAST} if can_answer else set()
    waits += contracting.blockers(draft)
    return [code for code in drafting.problems(draft, now=now).blockers if code not in settled] + waits


def check_sender(firm_id: int, actor: Actor, now: datetime) -> User:
    """Who sends: the own address is confirmed, the terms of here are accepted, and the firm is not leaving.

    What is agreed on can be sealed here.
    """
    sealing.require()
    asked = scope.columns(User, firm_id, User, legal.is_unaccepted(firm_id)).where(User.id == actor.user_id)
    found = db.session.execute(asked).one_or_none()
    if found is None:
        raise NotFound
    sender: User = found[0]
    is_unaccepted = bool(found[1])
    if sender.email_confirmed_at is None:
        raise RuleBroken("email_not_confirmed")
    if is_unaccepted:
        raise RuleBroken("terms_not_accepted")
    standing.check(firm_id, now)
    return sender
