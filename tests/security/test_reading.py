"""C-11, C-22, A-08: GET and HEAD change nothing, whoever asks and however often; scanners of mail least of all."""

from __future__ import annotations

from extensions import db
from jobs import send_mail
from models import Event, Letter, Quote
from services import account_letters
from services.clock import utc_now
from tests import mailed
from tests.security.addresses import address, method, rules
from tests.security.conftest import deal_of
from tests.security.web import Parts, crawl, own_path, stored

ROUNDS = 20


def gets(app, names) -> list[str]:
    return [address(rule, names) for rule in rules(app) if method(rule) == "GET"]


def test_c11_reading_as_the_owner(app, alfa):
    client = app.test_client().log_in(alfa.owner)
    client.environ_base["handslag.raise_errors"] = True
    before = stored()
    for url in gets(app, alfa.names):
        assert client.get(url).status_code < 500
        assert client.head(url).status_code < 500
        assert client.get(url, headers={"HX-Request": "true"}).status_code < 500
    crawl(client, "/", "/offerter", "/kunder", "/prislista", "/konto", most=100)
    assert stored() == before


def test_c11_reading_as_the_customer(app, make, alfa):
    for title in ("Hos kunden", "Godkänt", "Nekat", "Tillbaka"):
        quote = db.session.query(Quote).filter_by(title=title).one()
        customer = deal_of(app, make, alfa.firm, quote)
        before = stored()
        for url in gets(app, {**alfa.names, "deal_id": customer.deal_id}):
            if url.startswith(("/o/", "/l/")):
                assert customer.client.get(url).status_code < 500, url
                assert customer.client.head(url).status_code < 500
                assert customer.client.get(url, headers={"HX-Request": "true"}).status_code < 500
        assert stored() == before


def test_c22_every_address_of_every_letter_by_scanners(app, make, alfa):
    """Each address twenty times, by GET and HEAD, following where it leads: nothing moves, and all still work."""
    user = make.user(alfa.firm, email="ny@alfa.example", email_confirmed_at=None)
    account_letters.queue_confirm_email(user, now=utc_now())
    db.session.commit()
    assert send_mail.run(utc_now()).failed == 0
    letters = mailed.letters(firm=alfa.firm.public_id)
    addresses = set()
    for letter in letters:
        addresses |= {own_path(found, "/") for found in Parts(letter.html or "", "/").addresses}
        addresses |= {own_path(word.strip("<>.,"), "/") for word in letter.text.split() if "://" in word}
    addresses = {path for path in addresses if path.startswith(("/l/", "/bekrafta/", "/nytt-losenord/", "/o/"))}
    assert len([path for path in addresses if path.startswith("/l/")]) > 2
    assert [path for path in addresses if path.startswith("/bekrafta/")]
    before, events = stored(), db.session.query(Event).count()
    for path in addresses:
        for turn in range(ROUNDS):
            scanner = app.test_client()
            answer = scanner.head(path) if turn % 2 else scanner.get(path)
            if answer.location and turn < 4:
                answer = scanner.get(answer.location)
            assert answer.status_code < 400, path
    assert stored() == before
    assert db.session.query(Event).count() == events
    assert not db.session.query(Quote).filter(Quote.title == "Hos kunden", Quote.seen_at.is_not(None)).count()


def test_letters_of_the_firm_hold_no_link_of_a_customer(app, alfa):
    """What goes to the firm's own address never opens the customer's page."""
    assert send_mail.run(utc_now()).failed == 0
    own = alfa.owner.email
    assert db.session.query(Letter).filter_by(to_address=own).count() > 1
    kept = mailed.letters(firm=alfa.firm.public_id, to=own)
    assert kept
    assert not [row.subject for row in kept if "/l/" in row.text + row.html]
