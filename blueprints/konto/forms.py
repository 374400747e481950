"""What leaving asks: nothing that is not needed."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared.fields import strip
from blueprints.shared.phrases import lazy_gettext as _l

LONGEST_REASON = 2000


class CloseForm(FlaskForm):
    """Confirm the termination."""

    reason = TextAreaField(
        _l("Varför slutar du?"),
        [Optional(), Length(max=LONGEST_REASON, message=_l("Skriv högst %(max)d tecken."))],
        filters=[strip],
    )
    has_data = BooleanField(
        _l("Jag har hämtat eller behöver inte min data"),
        [DataRequired(_l("Kryssa i att du har hämtat din data eller inte behöver den."))],
    )
    password = PasswordField(_l("Lösenord"), [DataRequired(_l("Skriv ditt lösenord."))])
