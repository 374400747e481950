"""In which language a letter is read: a user's own, for all others that of the quote it is about."""

from __future__ import annotations

import json

from extensions import db
from languages import SWEDISH
from models import Firm, Letter, Quote, User
from services import scope


def language_of(letter: Letter) -> str:
    """What the letter itself names (`lang`); else the language of the user with this address; else the quote's.

    The firm's own address reads what its first user reads.
    """
    named = json.loads(letter.params).get("lang")
    if named or letter.firm_id is None:
        return str(named or SWEDISH)
    users = scope.columns(User, letter.firm_id, User.email, User.language).order_by(User.id)
    read = {str(email): str(language) for email, language in db.session.execute(users)}
    if letter.to_address in read:
        return read[letter.to_address]
    if letter.to_address == db.session.get_one(Firm, letter.firm_id).email:
        return next(iter(read.values()), SWEDISH)
    of_quote = scope.columns(Quote, letter.firm_id, Quote.language).where(Quote.id == letter.quote_id)
    return db.session.scalar(of_quote) or SWEDISH
