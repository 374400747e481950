"""Every letter goes to the firm or to a customer, and the product knows which: only a customer's turns a quote red."""

from __future__ import annotations

import pytest

from mail.letters import LETTERS, TEXTS
from services import outbox
from services.quotes.sent_letters import TO_CUSTOMER

# about no quote, or about one that is not sent yet
OTHERS = {
    "account_exists", "closing_receipt", "closing_reminder", "closing_undone", "confirm_email", "export_failed",
    "export_ready", "firm_arrived", "firm_erased", "firm_inactive", "firm_restored", "firm_suspended",
    "password_changed", "reset_password",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted({*LETTERS, *TEXTS}))
def test_each_kind_has_one_reader(app, kind):
    is_customers = kind in TO_CUSTOMER or (kind.startswith("inquiry_") and not kind.endswith("_to_firm"))
    assert outbox.is_to_firm(kind) + is_customers + (kind in OTHERS) == 1
