"""Every letter goes to the firm or to a customer, and the product knows which: only a customer's turns a quote red."""

from __future__ import annotations

from mail.letters import LETTERS, TEXTS
from services import outbox
from services.quotes.sent_letters import TO_CUSTOMER

# about no quote, or about one that is not sent yet
OTHERS = {
    "account_exists", "address_released", "closing_receipt", "closing_reminder", "closing_undone", "confirm_email",
    "export_failed", "export_ready", "firm_arrived", "firm_erased", "firm_inactive", "firm_restored", "firm_suspended",
    "incidents_to_operator", "new_address", "password_changed", "reset_password",
}  # fmt: skip


def test_each_kind_has_one_reader(app):
    """The app has loaded what registers them: named sooner, most kinds are not there yet."""
    kinds = {*LETTERS, *TEXTS}
    customers = {kind for kind in kinds if kind.startswith("inquiry_") and not kind.endswith("_to_firm")}
    readers = {
        kind: outbox.is_to_firm(kind) + (kind in TO_CUSTOMER or kind in customers) + (kind in OTHERS) for kind in kinds
    }
    assert [kind for kind, count in sorted(readers.items()) if count != 1] == []
    assert len(kinds) > 70
