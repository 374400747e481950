"""The register of everything the database keeps: each column's kind, whose it is, what for.

Export and erasure read it: a column marked `secret` is never exported, a `sealed` one is exported decrypted, and every
table with a firm in it is erased with the firm. A house test refuses a column that is not here, and an entry without
its column. What is not in the database (files, keys, letters of a trial) has a register of its own, places.py.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["personal", "firm", "technical"]
Handed = Literal["clear", "opened", "withheld"]  # as it is, decrypted, never


class Column(Struct, frozen=True):
    """What a column holds. `personal` is about a person (GDPR art. 4.1), `firm` the firm's business, else technical."""

    name: str
    kind: Kind
    exported: Handed


class Table(Struct, frozen=True):
    """What a table is for. `of_firm`: its rows belong to a firm, are exported to it and erased with it."""

    name: str
    whose: str
    purpose: str
    kept: str  # what ends a row before the firm leaves
    of_firm: bool
    columns: tuple[Column, ...]


def _table(
    name: str,
    *,
    whose: str,
    purpose: str,
    kept: str = "as long as the firm has its account",
    of_firm: bool = True,
    personal: str = "",
    firm: str = "",
    technical: str = "",
    sealed: str = "",
    secret: str = "",
) -> Table:
    """`sealed`: personal and encrypted, exported opened. `secret`: means of access, never exported."""
    groups: tuple[tuple[str, Kind, Handed], ...] = (
        (personal, "personal", "clear"),
        (sealed, "personal", "opened"),
        (firm, "firm", "clear"),
        (technical, "technical", "clear"),
        (secret, "technical", "withheld"),
    )
    columns = tuple(Column(column, kind, handed) for names, kind, handed in groups for column in names.split())
    return Table(name, whose, purpose, kept, of_firm, columns)


_TABLES = (
    _table(
        "firm",
        whose="the firm, which may be one person",
        purpose="names the sender on quotes and contracts",
        personal="name orgnr vat_number street postal_code city phone email",
        firm="f_skatt seat website slug bankgiro plusgiro logo_id default_valid_days default_terms default_message "
        "company_basis default_work_type default_remind_days signing_rules fiscal_year_ends",
        technical="id public_id takes_inquiries standing standing_at standing_reason active_at inactive_warned "
        "is_sample created_at",
    ),
    _table(
        "user",
        whose="those who work for the firm",
        purpose="login, contact person on quotes",
        personal="email name phone last_way email_confirmed_at language",
        firm="role notices",
        technical="id firm_id public_id created_at",
        secret="password_hash",  # noqa: S106
    ),
    _table(
        "login",
        whose="those who work for the firm",
        purpose="list of logins, ending one that is not one's own",
        kept="90 days after it has ended",
        personal="ip user_agent created_at seen_at fresh_at ended_at locked_at",
        technical="id firm_id public_id user_id locked_to locked_link",
        secret="token_sha256",  # noqa: S106
    ),
    _table(
        "acceptance",
        whose="those who work for the firm",
        purpose="proof of which terms were accepted when",
        personal="accepted_at ip",
        firm="document version text_sha256",
        technical="id firm_id user_id",
    ),
    _table(
        "user_token",
        whose="those who work for the firm",
        purpose="mailed links: confirm an address, choose a password",
        kept="30 days after it has expired",
        personal="email",
        technical="id firm_id public_id user_id purpose created_at expires_at used_at revoked_at",
    ),
    _table(
        "attempt",
        whose="visitors, by a hash that names nobody",
        purpose="limits on tries",
        kept="an hour",
        of_firm=False,
        technical="key window_at count",
    ),
    _table("counter", whose="the firm", purpose="numbers without gaps", technical="firm_id series value"),
    _table(
        "once_key",
        whose="the firm",
        purpose="a double click acts once",
        kept="30 days",
        technical="id firm_id act content_sha256 answer created_at",
        secret="key",  # noqa: S106
    ),
    _table(
        "closing",
        whose="the one who terminated",
        purpose="the termination and its dates",
        personal="reason noted",
        firm="channel choice chosen_at confirmed_at effective_at fees_until erase_after told_at undone_at",
        technical="id firm_id public_id user_id",
    ),
    _table(
        "erasure_receipt",
        whose="nobody: a random id is left",
        purpose="proof that an erasure was done, and the list for restored backups",
        kept="always",
        of_firm=False,
        technical="id number firm_public_id confirmed_at erased_at counts receipt signature",
    ),
    _table(
        "customer",
        whose="the firm's customers",
        purpose="the firm's register of customers",
        personal="kind name sort_name search_text orgnr contact email phone street postal_code city site_street "
        "site_postal_code site_city language vat_number sells_construction_services construction_checked_at "
        "construction_checked_by",
        technical="id firm_id n has_allowance rev created_at archived_at",
    ),
    _table(
        "article",
        whose="the firm",
        purpose="price list",
        firm="name search_text unit unit_price_ore basis vat_percent kind deduction work_type purchase_price_ore",
        technical="id firm_id n used_at rev archived_at",
    ),
    _table(
        "article_import",
        whose="the one who asked for it",
        purpose="a price list's file between being shown and being taken in",
        kept="24 hours; the file only until it is taken in",
        firm="basis added changed",
        technical="id firm_id public_id user_id file_id created_at expires_at done_at",
    ),
    _table(
        "quote",
        whose="the firm's customers",
        purpose="drafts and state of quotes",
        personal="title message search_text customer_name site_street site_postal_code site_city seen_at question_at "
        "changed_by not_included customer_does payment_plan home home_year",
        firm="number status version changed_since terms basis price_type limit_percent cap_ore markup_bp discount_bp "
        "is_smahus reverse_charge is_shared in_order clauses_n open_ended from_number valid_until paid_on starts_on "
        "finishes_on turn gross_ore net_ore deducted to_pay_ore sent_at language signing_method",
        technical="id firm_id public_id n kind customer_id user_id has_inquiry rev mail_failed_at hold created_at "
        "touched_at archived_at changed_at changed_key",
    ),
    _table(
        "held_sending",
        whose="the firm's customers, and the one who pressed",
        purpose="a sending while it can be undone",
        kept="seconds; one that could not go, until it is sent anew or put away",
        personal="way email phone message ip user_agent created_at",
        firm="valid_until due_at signed_way signed_at stopped stopped_at",
        technical="id firm_id quote_id user_id seen",
        secret="once_key",  # noqa: S106
    ),
    _table(
        "quote_section",
        whose="the firm",
        purpose="parts of a draft",
        kept="a removed part: until the quote is sent",
        personal="changed_by",
        firm="title price_mode discount_bp choice",
        technical="id firm_id quote_id n position rev changed_at changed_key removed_at",
    ),
    _table(
        "quote_line",
        whose="the firm's customers",
        purpose="lines of a draft",
        kept="a removed line: until the quote is sent",
        personal="text note changed_by",
        firm="quantity_milli unit unit_price_ore vat_percent kind discount_bp deduction work_type is_option is_text "
        "is_recommended quantity_min_milli quantity_max_milli purchase_price_ore",
        technical="id firm_id quote_id section_id n position rev changed_at changed_key removed_at",
    ),
    _table(
        "quote_template",
        whose="the firm",
        purpose="what new drafts can begin with",
        firm="name content",
        technical="id firm_id n rev used_at archived_at",
    ),
    _table(
        "contract_template",
        whose="the firm",
        purpose="the firm's own clauses of contracts",
        firm="name audience version created_at archived_at",
        technical="id firm_id public_id n",
    ),
    _table(
        "contract_template_version",
        whose="the firm",
        purpose="what those clauses said at each time, since signed contracts name it",
        personal="changed_by",
        firm="version clauses sha256 texts created_at",
        technical="id firm_id template_id",
    ),
    _table(
        "text_block",
        whose="the firm",
        purpose="texts the firm says often",
        firm="place title text",
        technical="id firm_id n rev used_at archived_at",
    ),
    _table(
        "inquiry",
        whose="those who ask the firm for a quote",
        purpose="requests through the firm's public form, in the sender's words",
        kept="never answered by a quote: INQUIRY_DAYS; else with the quote",
        personal="kind name company email phone street postal_code city wanted text answer",
        firm="state made_customer answered_at",
        technical="id firm_id public_id quote_id customer_id content_sha256 created_at",
    ),
    _table(
        "photo",
        whose="the firm's customers, whose homes they show",
        purpose="photos of a quote; the pictures lie encrypted in DATA_DIR/files",
        kept="a removed one: 30 days, or with the sent version that shows it",
        personal="caption name changed_by",
        firm="section_n line_n position state reason width height size_bytes sha256 sent_version",
        technical="id firm_id public_id quote_id source_sha256 incoming_id large_id paper_id thumb_id attempts "
        "lease_until rev changed_at changed_key created_at removed_at",
    ),
    _table(
        "upload",
        whose="the firm's customers",
        purpose="documents made elsewhere that are sent to be signed; the bytes lie encrypted in DATA_DIR/files",
        kept="never sent: until another takes its place",
        personal="name",
        firm="state reason sha256 size_bytes is_order sent_version",
        technical="id firm_id public_id quote_id file_id attempts lease_until created_at",
    ),
    _table(
        "upload_page",
        whose="the firm's customers",
        purpose="the pictures of a document's pages",
        kept="as the document",
        firm="n width height sha256",
        technical="id firm_id upload_id file_id",
    ),
    _table(
        "quote_version",
        whose="the firm's customers",
        purpose="what was sent, unchanged: evidence",
        personal="content",
        firm="version json_sha256 pdf_sha256 gross_ore to_pay_ore valid_until",
        technical="id firm_id quote_id pdf_id created_at",
    ),
    _table(
        "recipient",
        whose="those who get a quote besides the customer",
        purpose="who else reads a quote or has to approve it",
        personal="name email phone role position created_at removed_at",
        technical="id firm_id public_id quote_id stands_for",
    ),
    _table(
        "quote_link",
        whose="the firm's customers",
        purpose="the customer's way in",
        personal="way email phone picked opened_at seen_version seen_before reminded",
        technical="id firm_id public_id quote_id recipient_id created_at expires_at revoked_at",
    ),
    _table(
        "reminding",
        whose="the firm's customers",
        purpose="when a quote is reminded of, and how often it was",
        personal="last_at",
        firm="days sent since asked_at next_at",
        technical="id firm_id quote_id",
    ),
    _table(
        "message",
        whose="the firm's customers and users",
        purpose="questions and answers about a quote",
        personal="sender name text created_at",
        technical="id firm_id public_id quote_id recipient_id",
    ),
    _table(
        "decline",
        whose="the firm's customers",
        purpose="the customer's no",
        personal="reason comment declined_at",
        technical="id firm_id quote_id version",
    ),
    _table(
        "agreement",
        whose="the firm's customers",
        purpose="what was agreed: evidence",
        personal="agreed name email way method level accepted_at home fastighetsbeteckning brf_orgnr flat_number",
        sealed="mark",
        firm="version agreed_sha256 gross_ore deduction_ore to_pay_ore start_now right_ends withdraw_until pdf_sha256"
        " package_sha256 stamped_sha256 sealed_at seal_id",
        technical="id firm_id public_id quote_id link_id pdf_id package_id stamped_id"
        " paper_tries paper_fault paper_next_at",
    ),
    _table(
        "manual_acceptance",
        whose="the firm's customers",
        purpose="a yes given otherwise than on the page, as the firm wrote it down: evidence",
        kept="until the firm takes it back within a day; else as long as the agreement",
        personal="channel received_at note",
        firm="recorded_at is_late",
        technical="id firm_id agreement_id user_id file_id",
    ),
    _table(
        "approval",
        whose="the firm's customers",
        purpose="each one's yes where several decide: evidence",
        personal="name role way method level consents approved_at voided_at void_reason",
        sealed="mark",
        firm="version agreed_sha256",
        technical="id firm_id public_id quote_id recipient_id link_id",
    ),
    _table(
        "signing_code",
        whose="the firm's customers",
        purpose="which one-time codes were sent to prove a second way to who signs; the digits are not kept",
        kept="two days",
        personal="channel created_at used_at attempts",
        technical="id firm_id public_id quote_id link_id version terms_sha256 expires_at",
    ),
    _table(
        "applicant",
        whose="the firm's customers and their co-applicants",
        purpose="rot, rut and green technology: who gets the deduction",
        personal="name rot_kr rut_kr green_kr email used_rot_kr used_rut_kr used_green_kr weight stated given_at",
        sealed="personnummer",
        technical="id firm_id public_id agreement_id position link_public_id remind_at reminded",
        secret="personnummer_index",  # noqa: S106  (made with the installation's key: of no use elsewhere)
    ),
    _table(
        "allowance_entry",
        whose="the firm's customers and their co-applicants",
        purpose="rot, rut and green technology: what agreements take of a person's year",
        kept="as long as the applicant",
        personal="year state rot_kr rut_kr green_kr",
        technical="id firm_id applicant_id changed_at",
    ),
    _table(
        "withdrawal",
        whose="the firm's customers",
        purpose="statements of withdrawal",
        personal="name reply_to contract received_at",
        firm="last_day in_time",
        technical="id firm_id public_id agreement_id",
    ),
    _table(
        "feedback",
        whose="the firm's customers",
        purpose="how easy the quote was to understand; counted over all firms without saying whose",
        personal="score text given_at changed_at",
        technical="id firm_id public_id quote_id",
    ),
    _table("chain_head", whose="the firm", purpose="end of the chain of evidence", technical="firm_id seq link"),
    _table(
        "event",
        whose="the firm's customers and users, by commitments that tell nothing alone",
        purpose="chain of evidence",
        firm="act obj at entry",
        technical="firm_id seq content link",
    ),
    _table(
        "checkpoint",
        whose="nobody: hashes and signatures",
        purpose="signed hashes over the ends of all chains, shown to anyone",
        kept="always",
        of_firm=False,
        technical="n at body signatures",
    ),
    _table(
        "checkpoint_head",
        whose="nobody: a random id and a hash are left of an erased firm",
        purpose="the ends of the chains that checkpoints were made over: others' evidence rests on them",
        kept="always",
        of_firm=False,
        technical="firm n seq link until_n",
    ),
    _table(
        "incident",
        whose="the firm; some are the installation's",
        purpose="evidence that was found not to hold, and what the operator says of it",
        firm="note opened_at seen_at closed_at",
        technical="id firm_id public_id kind about first_bad_seq in_chain",
    ),
    _table(
        "event_value",
        whose="the firm's customers and users",
        purpose="the values behind the commitments of the chain",
        sealed="sealed",
        technical="id firm_id seq field",
    ),
    _table(
        "stored_file",
        whose="the firm's customers",
        purpose="which papers and pictures there are; the bytes lie encrypted in DATA_DIR/files",
        personal="name",
        firm="purpose media_type size_bytes sha256",
        technical="id firm_id public_id created_at",
    ),
    _table(
        "letter",
        whose="the firm's customers and users",
        purpose="letters to send, and whether they arrived",
        personal="to_address reply",
        technical="id firm_id public_id kind params quote_id state attempts next_at lease_until created_at done_at",
    ),
    _table(
        "export",
        whose="the one who asked for it",
        purpose="ZIP files of everything",
        kept="the file: EXPORT_HOURS; the row: as long as the firm has its account",
        firm="state size_bytes sha256 is_locked created_at ready_at expires_at",
        technical="id firm_id public_id user_id progress_percent attempts lease_until",
        secret="password",  # noqa: S106  (encrypted, and only until the file is made)
    ),
    _table(
        "earlier_home",
        whose="the firm",
        purpose="where the firm has lived before: the keys and checkpoints that its older evidence rests on",
        firm="n installation address left_at arrived_at archive_sha256 seq link keys checkpoints proof",
        technical="id firm_id",
    ),
    _table(
        "arrival",
        whose="nobody: random ids, counts and codes",
        purpose="archives of other installations being taken in",
        kept="90 days; with the firm when it is erased",
        of_firm=False,
        technical="id public_id asker_firm asker firm_public_id state reason progress_percent size_bytes sha256 report "
        "attempts lease_until created_at done_at",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
