"""The acts that the evidence chain may hold, and the data fields of each.

A personal field goes in as a commitment only; its value lies encrypted beside the chain. `ip` and `ua` may stand in
every act. No field carries free text in clear.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class Act(Struct, frozen=True):
    """Names of the data fields of an act; `personal` are those of which the chain holds a commitment."""

    fields: frozenset[str]
    personal: frozenset[str]


AGREES = ("quote.accepted", "contract.signed", "doc.late_acceptance", "doc.accepted_manually")
"""By which somebody who decides says yes. A contract is signed by the firm too, with the role `firm`, and before."""

BROWSER_FIELDS = frozenset({"ip", "ua"})

# One row: acts | fields. A star marks a personal field; a plus, more fields of the row above.
_DICTIONARY = """
doc.created | kind template_version terms_version
doc.frozen | version json_sha256 pdf_sha256 attachments
quote.sent contract.sent | version doc_sha256 json_sha256 channel to* link_id valid_until text_version
ata.sent invoice.sent | version doc_sha256 json_sha256 channel to* link_id valid_until text_version
doc.resent reminder.sent | channel to* number text_version link_id
mail.accepted mail.bounced sms.accepted sms.delivered sms.failed | provider_id reply*
link.opened | link_id lang
link.revoked | link_id reason
doc.shown | version link_id name*
doc.viewed | version doc_sha256 parts_seen seconds
doc.downloaded | sha256
code.sent code.ok code.failed | channel to* attempt link_id
consent.given consent.revoked | kind text_version text_sha256 value lang
quote.accepted | version doc_sha256 json_sha256 agreed_sha256 way lang button_text_sha256 name* total_ore link_id
+ method level mark_sha256
ata.accepted | version doc_sha256 json_sha256 agreed_sha256 way button_text_sha256 name* total_ore link_id
contract.sign_started | provider order_id way
contract.signed | provider level signature_sha256 ocsp_sha256 doc_sha256 name* person* checks checker_version
+ version json_sha256 agreed_sha256 way lang button_text_sha256 total_ore link_id role method mark_sha256
contract.sign_failed | provider reason
deduction.details_given | applicants home_kind persons* statement_version statement_sha256
deduction.invited | channel applicant link_id to* name*
doc.all_signed doc.sealed | pdf_sha256 evidence_sha256 certificate_id
receipt.sent | to* doc_sha256
doc.declined | reason comment* name*
doc.commented doc.countered | text*
doc.extension_asked | valid_until text*
doc.recalled | reason first_view_before
doc.expired | valid_until
doc.late_acceptance | received answer name* version json_sha256 agreed_sha256 total_ore lang method level mark_sha256
doc.accepted_manually | channel received by* attachment_sha256 note* version json_sha256 agreed_sha256 total_ore late
+ method level mark_sha256
doc.manual_undone | version agreed_sha256 channel
doc.replaced | old_version new_version
recipient.added recipient.changed recipient.removed | recipient_id role name* to*
doc.approvals_voided | version reason approvals name*
doc.witnessed | version doc_sha256 json_sha256 agreed_sha256 way lang link_id name* level method mark_sha256
signer.delegated signer.delegation_undone | recipient_id role name* to* by* link_id text_version channel
signer.order_changed | in_order
feedback.given | version
advice.recorded | kind text_sha256 customer_choice
ata.done_unanswered | ground attempts note*
withdrawal.received | channel lang received parts name* reply_to* text* last_day in_time
withdrawal.acknowledged | to* content_sha256
withdrawal.assessed | result reason share_performed refund_ore refund_due
refund.made | amount_ore method
contract.completed contract.cancelled contract.rescinded | date reason compensation_ore
complaint.opened complaint.answered complaint.closed | kind amount_ore dispute_body_named
invoice.issued | series number json_sha256 pdf_sha256 total_ore vat_ore due
invoice.credited | number credits total_ore
invoice.disputed invoice.spec_requested invoice.spec_sent | amount_ore
invoice.reminded invoice.demanded | fee_ore interest_ore rate from to text_version
payment.registered payment.matched | amount_ore date source_sha256
inquiry.received | photos customer
inquiry.declined | channel
export.made | kind rows sha256
export.downloaded | sha256
export.cancelled
personnummer.revealed | reason
support.access | purpose case
data.erased data.restricted data.locked | kinds rule until
data.imported | installation archive_sha256 seq rows
terms.accepted instruction.changed subprocessor.notified subprocessor.objected | kind version text_sha256
incident.opened incident.updated incident.closed | case
firm.registered | terms_version
firm.settings_changed | fields
firm.close_asked | choice channel received_on reason effective_on last_day note*
firm.close_hastened | last_day
firm.close_chosen | choice fiscal_year_ends
firm.close_reminded | last_day
firm.close_told | letters last_day
firm.close_undone | last_day
firm.suspended firm.restored | reason note*
firm.inactive_warned | months last_day
user.created user.removed user.email_confirmed user.address_given user.address_released | user_id role email*
user.changed | user_id fields
user.role_changed | user_id old_role new_role
login.made login.failed login.ended | login_id reason
password.reset_asked password.changed | user_id
key.created key.rotated key.destroyed | key_id kind
""".replace("\n+", "")


def _parse() -> Iterator[tuple[str, Act]]:
    for row in _DICTIONARY.strip().splitlines():
        names, _, fields = row.partition(" | ")
        words = fields.split()
        act = Act(
            fields=frozenset(word.rstrip("*") for word in words),
            personal=frozenset(word[:-1] for word in words if word.endswith("*")),
        )
        for name in names.split():
            yield name, act


ACTS: dict[str, Act] = dict(_parse())


class UnknownAct(ValueError):
    """The act, or a field of it, is not in the dictionary, or a personal value stands there in clear."""


def check(act: str, data: dict[str, object]) -> None:
    """Refuse what the dictionary does not have, and personal fields that are no commitment. Raises UnknownAct."""
    entry = ACTS.get(act)
    if entry is None:
        raise UnknownAct(act)
    for field, value in data.items():
        if field not in entry.fields and field not in BROWSER_FIELDS:
            raise UnknownAct(f"{act}: {field}")
        if is_personal(act, field) and not (isinstance(value, str) and value.startswith("c:") and len(value) == 66):
            raise UnknownAct(f"{act}: {field} is no commitment")


def is_personal(act: str, field: str) -> bool:
    """Whether the chain may hold only a commitment to the field."""
    return field in BROWSER_FIELDS or field in ACTS[act].personal
