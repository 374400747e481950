"""A firm with something in every table, for export and erasure. Texts hold markers that a search can look for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain import canonical
from domain.clock import stockholm_date
from extensions import db
from models import (
    Acceptance,
    Agreement,
    AllowanceEntry,
    Applicant,
    Approval,
    ArticleImport,
    ContractTemplate,
    ContractTemplateVersion,
    Decline,
    EarlierHome,
    Feedback,
    Firm,
    HeldSending,
    Incident,
    Inquiry,
    ManualAcceptance,
    Message,
    OnceKey,
    Photo,
    Quote,
    QuoteLink,
    QuoteTemplate,
    QuoteVersion,
    Recipient,
    Reminding,
    SigningCode,
    TextBlock,
    Upload,
    UploadPage,
    User,
    UserToken,
    Withdrawal,
    new_public_id,
)
from services import events, logins, outbox, storage, vault
from services.actors import Actor
from services.clock import utc_now
from services.quotes import content, drafting
from tests.factories import PERSONNUMMER, Make

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452 00000010 00000010 0806000000")  # as far as their size, 16 x 16
JPEG = bytes.fromhex("ffd8 ffc0 0011 08 0010 0010 03 011100 021101 031101")


@dataclass(frozen=True)
class Markers:
    """Planted texts, each unlike anything else."""

    name: str = "Marknamn"
    email: str = "markmejl"
    phone: str = "+46700000991"
    street: str = "Markgatan 77"
    orgnr: str = "878000-3656"
    customer: str = "Markkund Kvistlund"
    line: str = "Markrad rivning"
    photo: str = "Markfoto av hallen"
    question: str = "Markfråga om golvet"
    decline: str = "Marknej för dyrt"
    feedback: str = "Markomdöme om offerten"
    personnummer: str = PERSONNUMMER[0]
    browser: str = "Markbläddrare/5.0"
    file: str = "Markfil i en PDF"

    def all(self) -> list[str]:
        return [getattr(self, name) for name in self.__dataclass_fields__]


def fill(make: Make, firm: Firm, marks: Markers, *, quotes: int = 1) -> User:
    """Rows in every table of the firm; its owner."""
    now = utc_now()
    owner = make.owner(firm)
    actor = Actor(
        firm_id=firm.id,
        firm_public_id=firm.public_id,
        ref=f"user:{owner.public_id}",
        name=owner.name,
        user_id=owner.id,
        ip="192.0.2.7",
        user_agent=marks.browser,
    )
    logins.open_login(owner, ip="192.0.2.7", user_agent=marks.browser, now=now)
    db.session.add(
        Acceptance(
            firm_id=firm.id,
            user_id=owner.id,
            document="terms",
            version="1",
            text_sha256="0" * 64,
            accepted_at=now,
            ip="192.0.2.7",
        )
    )
    db.session.add(
        UserToken(
            firm_id=firm.id,
            user_id=owner.id,
            purpose="confirm_email",
            email=owner.email,
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
    )
    db.session.add(
        OnceKey(firm_id=firm.id, key=new_public_id(), act="quote.send", content_sha256="0" * 64, created_at=now)
    )
    db.session.add(
        EarlierHome(
            firm_id=firm.id,
            n=1,
            installation="0" * 16,
            left_at=now,
            arrived_at=now,
            archive_sha256="0" * 64,
            seq=0,
            link="0" * 64,
        )
    )
    customer = make.customer(
        firm, marks.customer, email=f"{marks.email}@kund.example", phone=marks.phone, site_street=marks.street
    )
    make.article(firm, f"{marks.line} artikel")
    db.session.add(
        ArticleImport(
            firm_id=firm.id,
            user_id=owner.id,
            file_id=_stored(firm, f"Benämning;Pris\n{marks.file};1".encode(), "article_import", "text/csv"),
            basis="incl",
            created_at=now,
            expires_at=now + timedelta(hours=24),
        )
    )
    db.session.add(QuoteTemplate(firm_id=firm.id, n=1, name=f"{marks.line} mall", content="{}", used_at=now))
    clauses = ContractTemplate(
        firm_id=firm.id, n=90, name=f"{marks.line} kontrakt", audience="consumer", created_at=now
    )
    db.session.add(clauses)
    db.session.flush()
    db.session.add(
        ContractTemplateVersion(
            firm_id=firm.id,
            template_id=clauses.id,
            version=1,
            clauses="[]",
            sha256="0" * 64,
            texts="2026-11-21",
            created_at=now,
        )
    )
    db.session.add(TextBlock(firm_id=firm.id, n=1, place="terms", title="Villkor", text=marks.line, used_at=now))
    firm.logo_id = _stored(firm, PNG + marks.file.encode(), "logo", "image/png")
    for number in range(1, quotes + 1):
        _agreed_quote(make, firm, customer, marks, actor, number)
    _declined_quote(make, firm, customer, marks, actor)
    asked = make.quote(firm, customer, lines=False, has_inquiry=True)
    db.session.add(
        Inquiry(
            firm_id=firm.id,
            quote_id=asked.id,
            customer_id=customer.id,
            made_customer=False,
            kind="private",
            name=marks.customer,
            email=f"{marks.email}@kund.example",
            phone=marks.phone,
            street=marks.street,
            city="Lillhamra",
            text=marks.question,
            content_sha256="0" * 64,
            created_at=now,
        )
    )
    db.session.add(
        Incident(
            firm_id=firm.id, kind="file_missing", about=new_public_id(), opened_at=now, seen_at=now, note=marks.line
        )
    )
    letter = outbox.queue("quote_sent", f"{marks.email}@kund.example", {"quote": "x"}, firm_id=firm.id, now=now)
    letter.state, letter.reply, letter.done_at = "sent", "250 ok", now
    db.session.commit()
    return owner


def _stored(firm: Firm, data: bytes, purpose: str, media_type: str) -> int:
    row = storage.put(
        firm.id, firm.public_id, data, purpose=purpose, name=purpose, media_type=media_type, now=utc_now()
    )
    db.session.flush()
    return row.id


def _frozen(firm: Firm, quote: Quote, title: str) -> dict[str, Any]:
    """What the draft says, as a version says it."""
    draft, user = drafting.load(firm.id, quote.n), db.session.get_one(User, quote.user_id)
    day = stockholm_date(utc_now())
    frozen = content.build(draft, firm, user, number=quote.number or "", version=1, today=day)
    return frozen | {"title": title}


def _agreed(quote: Quote, frozen: dict[str, Any], json_sha256: str, pdf_sha256: str, marks: Markers) -> dict[str, Any]:
    totals = frozen["totals"]
    return {
        "schema": "handslag.agreed/1",
        "lang": "sv",
        "quote": quote.public_id,
        "number": quote.number,
        "version": 1,
        "json_sha256": json_sha256,
        "pdf_sha256": pdf_sha256,
        "picked": [],
        "totals": totals,
        "applicants": [{"order": 1, "name": marks.customer, "rot_kr": 0, "rut_kr": 0}],
        "home": {"kind": "none"},
        "name": marks.customer,
        "consents": [],
        "to_pay_ore": totals["to_pay_ore"],
        "total_ore": totals["gross_ore"],
        "accepted_at": "2026-11-20T08:14:36.123Z",
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _agreed_quote(make: Make, firm: Firm, customer, marks: Markers, actor: Actor, number: int) -> None:
    now = utc_now()
    quote = make.quote(
        firm,
        customer,
        number=f"2026-{number:03d}",
        status="accepted",
        version=1,
        sent_at=now,
        gross_ore=129050,
        message=marks.line,
    )
    frozen = _frozen(firm, quote, marks.line)
    stored = canonical.dumps(frozen)
    pdf = f"%PDF-1.7 {marks.file} {number}".encode()
    db.session.add(
        QuoteVersion(
            firm_id=firm.id,
            quote_id=quote.id,
            version=1,
            content=stored.decode(),
            json_sha256=canonical.sha256_hex(stored),
            pdf_id=_stored(firm, pdf, "quote", "application/pdf"),
            pdf_sha256=canonical.sha256_hex(pdf),
            gross_ore=129050,
            to_pay_ore=129050,
            valid_until=stockholm_date(now),
            created_at=now,
        )
    )
    link = QuoteLink(
        firm_id=firm.id,
        quote_id=quote.id,
        way="mail",
        email=f"{marks.email}@kund.example",
        created_at=now,
        expires_at=now + timedelta(days=90),
    )
    db.session.add(link)
    db.session.add(Reminding(firm_id=firm.id, quote_id=quote.id, days=7, sent=1, since=now, last_at=now))
    db.session.flush()
    agreed = canonical.dumps(_agreed(quote, frozen, canonical.sha256_hex(stored), canonical.sha256_hex(pdf), marks))
    recipient = Recipient(
        firm_id=firm.id,
        quote_id=quote.id,
        name=f"{marks.customer} den andra",
        email=f"{marks.email}@kund.example",
        role="co_decides",
        created_at=now,
    )
    db.session.add(recipient)
    db.session.flush()
    db.session.add(
        Approval(
            firm_id=firm.id,
            quote_id=quote.id,
            recipient_id=recipient.id,
            link_id=link.id,
            version=1,
            name=recipient.name,
            way="mail",
            consents="[]",
            agreed_sha256=canonical.sha256_hex(agreed),
            approved_at=now,
        )
    )
    papers = [pdf + b" avtal", b"PK" + pdf, pdf + b" avtal, med tid"]
    sealed, package, stamped = map(canonical.sha256_hex, papers)
    agreement = Agreement(
        firm_id=firm.id,
        quote_id=quote.id,
        link_id=link.id,
        version=1,
        agreed=agreed.decode(),
        agreed_sha256=canonical.sha256_hex(agreed),
        name=marks.customer,
        email=f"{marks.email}@kund.example",
        accepted_at=now,
        gross_ore=129050,
        deduction_ore=0,
        to_pay_ore=129050,
        pdf_id=_stored(firm, papers[0], "agreement", "application/pdf"),
        pdf_sha256=sealed,
        package_id=_stored(firm, papers[1], "package", "application/zip"),
        package_sha256=package,
        stamped_id=_stored(firm, papers[2], "agreement", "application/pdf"),
        stamped_sha256=stamped,
    )
    db.session.add(agreement)
    db.session.add(
        SigningCode(
            firm_id=firm.id,
            quote_id=quote.id,
            link_id=link.id,
            version=1,
            terms_sha256="0" * 64,
            channel="sms",
            created_at=now,
            expires_at=now + timedelta(minutes=10),
        )
    )
    db.session.flush()
    agreement.mark = vault.seal(firm.public_id, b"M1 1L2 2", "agreement", agreement.public_id, "mark")
    db.session.add(
        ManualAcceptance(
            firm_id=firm.id,
            agreement_id=agreement.id,
            user_id=actor.user_id,
            channel="phone",
            received_at=now,
            recorded_at=now,
            is_late=False,
            note=marks.question,
            file_id=_stored(firm, pdf + b" mejl", "manual", "application/pdf"),
        )
    )
    applicant = Applicant(
        firm_id=firm.id,
        public_id=new_public_id(),
        agreement_id=agreement.id,
        position=1,
        name=marks.customer,
        email=f"{marks.email}@kund.example",
        link_public_id=new_public_id(),
        given_at=now,
        remind_at=now,
    )
    place = ("applicant", applicant.public_id, "personnummer")
    applicant.personnummer = vault.seal(firm.public_id, marks.personnummer.encode(), *place)
    applicant.personnummer_index = vault.blind_index(firm.public_id, marks.personnummer)
    db.session.add(applicant)
    db.session.flush()
    db.session.add(
        AllowanceEntry(
            firm_id=firm.id,
            applicant_id=applicant.id,
            year=stockholm_date(now).year,
            state="reserved",
            rot_kr=0,
            rut_kr=0,
            changed_at=now,
        )
    )
    db.session.add(
        Withdrawal(
            firm_id=firm.id,
            agreement_id=agreement.id,
            name=marks.customer,
            reply_to=f"{marks.email}@kund.example",
            contract=str(quote.number),
            received_at=now,
            in_time=True,
        )
    )
    db.session.add(
        Feedback(firm_id=firm.id, quote_id=quote.id, score=4, text=marks.feedback, given_at=now, changed_at=now)
    )
    db.session.add(
        Message(
            firm_id=firm.id,
            quote_id=quote.id,
            sender="customer",
            name=marks.customer,
            text=marks.question,
            created_at=now,
        )
    )
    jpeg = JPEG + marks.file.encode()
    pictures = {
        f"{kind}_id": _stored(firm, jpeg + kind.encode(), purpose, "image/jpeg")
        for kind, purpose in (("large", "photo"), ("paper", "photo_paper"), ("thumb", "photo_thumb"))
    }
    db.session.add(
        Photo(
            firm_id=firm.id,
            quote_id=quote.id,
            position=1,
            caption=marks.photo,
            state="ready",
            source_sha256="0" * 64,
            created_at=now,
            **pictures,
        )
    )
    document = b"%PDF-1.7\n" + marks.file.encode()
    upload = Upload(
        firm_id=firm.id,
        quote_id=quote.id,
        state="ready",
        name=f"{marks.file}.pdf",
        sha256=_sha256(document),
        size_bytes=len(document),
        file_id=_stored(firm, document, "document", "application/pdf"),
        created_at=now,
    )
    db.session.add(upload)
    db.session.flush()
    page = {"file_id": _stored(firm, jpeg + b"page", "document_page", "image/jpeg"), "sha256": _sha256(jpeg + b"page")}
    db.session.add(UploadPage(firm_id=firm.id, upload_id=upload.id, n=1, width=9, height=9, **page))
    events.record(
        "doc.commented",
        f"quote:{quote.public_id}:v1",
        actor=actor,
        at=now,
        personal={"text": marks.question},
    )


def _declined_quote(make: Make, firm: Firm, customer, marks: Markers, actor: Actor) -> Quote:
    quote = make.quote(
        firm, customer, status="declined", number="2026-900", version=1, title=f"{marks.line} {marks.name}"
    )
    db.session.add(
        Decline(
            firm_id=firm.id, quote_id=quote.id, version=1, reason="price", comment=marks.decline, declined_at=utc_now()
        )
    )
    db.session.add(
        HeldSending(
            firm_id=firm.id,
            quote_id=quote.id,
            user_id=actor.user_id,
            once_key=new_public_id(),
            way="sms",
            phone=marks.phone,
            valid_until=stockholm_date(utc_now()),
            message=marks.line,
            seen="0" * 64,
            ip="192.0.2.7",
            user_agent=marks.browser,
            created_at=utc_now(),
            due_at=utc_now(),
            stopped="stale",
            stopped_at=utc_now(),
        )
    )
    return quote


def json_lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]
