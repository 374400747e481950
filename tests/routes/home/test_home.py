"""/, /mer and the legal texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from domain.clock import stockholm_date
from extensions import db
from models import Agreement, Decline, QuoteLink
from services import events, legal, outbox
from services.actors import Actor, system
from services.clock import utc_now


@pytest.fixture
def owner(client, make, firm):
    return client.log_in(make.owner(firm))


def idag(client):
    return client.get("/").get_data(as_text=True)


def test_the_start_page_before_login(client):
    page = idag(client)
    assert "/registrera" in page
    assert "/logga-in" in page
    assert "/dev/mejl" in page  # a trial installation
    assert "Trafiken är inte krypterad" in page


def test_a_new_firm_sees_three_steps(owner, make, firm):
    page = idag(owner)
    assert "Kom igång" in page
    assert "Inget väntar på dig." in page
    make.article(firm)
    make.quote(firm)
    page = idag(owner)
    assert "Kom igång" not in page
    assert "Inget väntar på dig." in page


def test_what_waits_and_why(owner, make, firm):
    now, today = utc_now(), stockholm_date(utc_now())
    customer = make.customer(firm)

    def quote(title, *, days_ago=0, **given):
        made = make.quote(firm, customer, lines=False, title=title, **given)
        made.touched_at = now - timedelta(days=days_ago)
        return made

    quote("Fråga", status="sent", turn="firm", question_at=now, number="2026-001", days_ago=40)
    no = quote("Nej", status="declined", turn="firm", version=1)
    db.session.add(
        Decline(firm_id=firm.id, quote_id=no.id, version=1, reason="price", comment="Vi väntar", declined_at=now)
    )
    quote("Snart", status="sent", turn="customer", valid_until=today + timedelta(days=1))
    quote("Längre", status="sent", turn="customer", valid_until=today + timedelta(days=4))
    quote("Studsade", status="sent", turn="customer", mail_failed_at=now)
    quote("Sent", status="late_acceptance", turn="firm")
    quote("Arkiverad", status="sent", turn="firm", archived_at=now)
    quote("Utkast")
    agree(quote("Ny", status="accepted", turn="firm"), now)
    agree(quote("Gammal", status="accepted", turn="firm", days_ago=15), now)
    agree(quote("Saknas", status="accepted", days_ago=90), now, home="later")
    agree(quote("Ångrad", status="withdrawn", days_ago=90), now, home="later")
    page = idag(owner)
    for title in ("Fråga", "Nej", "Snart", "Studsade", "Sent", "Ny", "Saknas"):
        assert f">{title}<" in page, title
    for title in ("Längre", "Arkiverad", "Utkast", "Gammal", "Ångrad"):
        assert f">{title}<" not in page, title
    for words in (
        "Ny fråga",
        "För dyrt: Vi väntar",
        "Går ut i morgon",
        "Mejlet kom inte fram. Kontrollera adressen.",
        "Svarade efter sista dagen",
        "Godkänd. ROT-uppgifter saknas",
    ):
        assert words in page, words
    assert 'class="count">7<' in page


@pytest.mark.parametrize("role", ["owner", "worker"])
def test_a_failed_address_offers_the_other_ways(client, make, firm, role):
    """Who may not send is not led to it."""
    quote = make.quote(firm, make.customer(firm), lines=False, status="sent", turn="firm", mail_failed_at=utc_now())
    client.log_in(make.user(firm, role=role))
    page = idag(client)
    assert 'class="chip bad">Mejlet kom inte fram' in page
    for way in ("sms", "kopiera", "qr"):
        assert (f'href="/offerter/{quote.n}#{way}"' in page) == (role == "owner")


def test_what_did_not_arrive_is_called_what_it_was(owner, make, firm):
    """The newest of the customer's letters that failed; one to the firm itself or to a co-applicant does not count."""
    now = utc_now()
    quote = make.quote(firm, make.customer(firm), lines=False, status="sent", turn="firm", mail_failed_at=now)
    for kind in ("quote_sent", "quote_sent_sms", "quote_approved_to_firm", "applicant_link"):
        letter = outbox.queue(kind, "karin@kund.example", {}, firm_id=firm.id, now=now, quote_id=quote.id)
        letter.state, letter.done_at = "failed", now
    db.session.commit()
    page = idag(owner)
    assert 'class="chip bad">Sms:et kom inte fram. Kontrollera numret.' in page
    assert "Mejlet kom inte fram" not in page
    for way in ("mejl", "kopiera", "qr"):
        assert f'href="/offerter/{quote.n}#{way}"' in page
    assert f'href="/offerter/{quote.n}#sms"' not in page


def test_the_two_numbers_come_last(owner, make, firm):
    assert "Ute hos kund" not in idag(owner)  # nothing to say of a new firm
    quote = make.quote(firm, make.customer(firm), lines=False, status="sent", turn="customer", gross_ore=12_345_600)
    events.record(
        "quote.sent", f"quote:{quote.public_id}", actor=system(firm.id, firm.public_id), at=utc_now(), data={}
    )
    agree(make.quote(firm, lines=False, status="accepted", turn="firm", number="2026-002"), utc_now())
    page = idag(owner)
    order = [page.index(words) for words in ("Din tur", "Hände senast", "Ute hos kund", "Godkänt den här månaden")]
    assert order == sorted(order)
    assert "123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}kr" in page
    assert "0,01\N{NO-BREAK SPACE}kr" in page


def agree(quote, at, home="none"):
    link = QuoteLink(
        firm_id=quote.firm_id, quote_id=quote.id, way="mail", created_at=at, expires_at=at + timedelta(days=90)
    )
    db.session.add(link)
    db.session.flush()
    db.session.add(
        Agreement(
            firm_id=quote.firm_id,
            quote_id=quote.id,
            link_id=link.id,
            version=1,
            agreed="{}",
            agreed_sha256="0" * 64,
            name="Karin Almgren",
            accepted_at=at,
            gross_ore=1,
            deduction_ore=0,
            to_pay_ore=1,
            home=home,
            withdraw_until=None,
            pdf_id=None,
        )
    )
    db.session.commit()


def test_what_happened_last(owner, make, firm):
    quote = make.quote(firm, title="Badrum hos Karin")
    customer = Actor(firm_id=firm.id, firm_public_id=firm.public_id, ref="link:abc")
    user = Actor(firm_id=firm.id, firm_public_id=firm.public_id, ref="user:abc")
    for actor in (customer, user):
        events.record(
            "doc.commented",
            f"quote:{quote.public_id}",
            actor=actor,
            at=utc_now(),
            personal={"text": "Hemlig fråga"},
        )
    events.record("login.made", "user:x", actor=user, at=utc_now(), data={"login_id": "x", "reason": "password"})
    for _ in range(8):
        events.record("firm.settings_changed", "firm:x", actor=user, at=utc_now(), data={"fields": ["name"]})
    db.session.commit()
    page = idag(owner)
    assert page.index("Inställningarna ändrade") < page.index("Du svarade på en fråga")
    assert "Kunden ställde en fråga" in page
    assert "Badrum hos Karin" in page
    assert page.count('class="when"') == 10
    assert "Hemlig" not in page


def test_every_reason_and_act_has_words(owner, make, firm):
    from domain.quote_states import QuoteStatus
    from services import today

    for n, status in enumerate(QuoteStatus):
        make.quote(firm, lines=False, status=str(status), turn="firm", number=f"2026-{n:03d}")
    for act in today.TOLD:
        events.record(act, f"firm:{firm.public_id}", actor=system(firm.id, firm.public_id), at=utc_now())
    db.session.commit()
    assert idag(owner).count('<a class="row') == len(QuoteStatus)


def test_another_firms_quotes_are_not_here(owner, make):
    other = make.firm("Hemliga Golv")
    quote = make.quote(other, title="MARKÖR-B", status="sent", turn="firm", customer_name="MARKÖR-B")
    events.record(
        "doc.expired", f"quote:{quote.public_id}", actor=system(other.id, other.public_id), at=utc_now(), data={}
    )
    db.session.commit()
    assert "MARKÖR-B" not in idag(owner)


def test_idag_asks_few_questions(owner, make, firm):
    for n in range(40):
        make.quote(firm, make.customer(firm), lines=False, status="sent", turn="firm", number=f"2026-{n:03d}")
    asked = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "PRAGMA", "SET")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page = idag(owner)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert page.count('<a class="row') == 30
    assert len(asked) <= 5, "\n".join(asked)


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        ("owner", ["/konto", "/installningar/foretag", "/installningar/mig"], []),
        ("office", ["/installningar/foretag"], []),
        ("worker", ["/installningar/mig"], []),
    ],
)
def test_mer(client, make, firm, role, seen, hidden):
    client.log_in(make.user(firm, role=role))
    page = client.get("/mer").get_data(as_text=True)
    main = page.split("<main")[1].split("</main>")[0]
    for path in seen:
        assert f'href="{path}"' in main
    if role == "worker":
        assert "/konto" not in main
        assert "/installningar/foretag" not in main
    assert 'action="/logga-ut"' in main


@pytest.mark.parametrize(
    ("path", "document"),
    [("/villkor", "terms"), ("/bitradesavtal", "dpa"), ("/integritet", "privacy"), ("/uppgifter", "customers")],
)
def test_legal_texts(client, path, document):
    text = legal.current(document)
    for address in (path, f"{path}/{text.version}"):
        page = client.get(address).get_data(as_text=True)
        assert text.title in page
        assert text.sha256 in page
        assert text.blocks[-1].lines[-1] in page
    assert client.get(f"{path}/1999-01-01").status_code == 404
    assert client.get(f"{path}/..%2fterms-2026-11-20").status_code == 404
