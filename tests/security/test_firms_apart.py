"""C-23, C-24, A-03: whatever firm A asks for by the ids of firm B does not exist, and no word of B is seen."""

from __future__ import annotations

import re

from extensions import db
from jobs import make_exports
from models import Event, Quote, StoredFile
from services.clock import utc_now
from tests.security.addresses import FILLED_BY, OF_NO_FIRM, address, method, of_a_firm, rules
from tests.security.conftest import B_NUMBERS, OTHER_MARKS, deal_of
from tests.security.web import crawl, stored

# routes that answer alike whether there is such a thing or not, before they look for it
SAME_FOR_ALL = {"deal.send_again", "quotes.save_line"}
NOWHERE = {"deal_id": "x" * 22, "quote_n": B_NUMBERS + 99, "line_n": 2}
LINKS_IN = {"deal.enter"}  # whoever has the token has the link: that is its meaning


def test_every_parameter_has_its_row(app):
    unknown = []
    for rule in rules(app):
        blueprint = rule.endpoint.partition(".")[0]
        known = set(OF_NO_FIRM.get(rule.endpoint, {}))
        unknown += [
            f"{rule.rule} {name}" for name in rule.arguments if name not in known and (blueprint, name) not in FILLED_BY
        ]
    assert not unknown, "say in tests/security/addresses.py how these are filled"


def test_c23_ids_of_another_firm_do_not_exist(app, make, alfa, beta):
    client = app.test_client().log_in(alfa.owner)
    before = {name: mark for name, mark in stored().items() if name not in ("login", "attempt")}
    wrong = []
    for rule in rules(app):
        if not of_a_firm(rule) or rule.endpoint in LINKS_IN:
            continue
        url = address(rule, beta.names)
        for htmx in ({}, {"HX-Request": "true"}):
            ask = client.post if method(rule) == "POST" else client.get
            answer = ask(url, headers=htmx)
            if rule.endpoint in SAME_FOR_ALL:
                nothing = ask(address(rule, NOWHERE), headers=htmx)
                assert (answer.status_code, len(answer.data)) == (nothing.status_code, len(nothing.data)), url
            elif answer.status_code != 404:
                wrong.append((answer.status_code, rule.endpoint, url))
            seen = [mark for mark in OTHER_MARKS if mark.encode() in answer.data]
            assert not seen, (rule.endpoint, seen)
    assert not wrong
    after = stored()
    # the public "send the link again" only queues a letter to B's own customer
    assert {name for name, mark in before.items() if after[name] != mark} <= {"letter"}


def test_c23_nested_ids_of_another_quote_do_not_exist(app, make, alfa, beta):
    """A's own quote with the link and the lines of somebody else's."""
    client = app.test_client().log_in(alfa.owner)
    own, foreign = alfa.names["quote_n"], beta.names
    for url in (f"/offerter/{own}/lankar/{foreign['link_id']}/stang", f"/kunder/{foreign['customer_n']}/arkivera"):
        assert client.post(url).status_code == 404
    for chosen in (foreign["customer_n"], 10**8):
        assert client.post(f"/offerter/{own}/kund", data={"kund": str(chosen)}).status_code == 404
        assert client.post("/offerter/ny", data={"kund": str(chosen)}).status_code == 404


def test_c24_no_word_of_another_firm_is_seen(app, make, alfa, beta):
    client = app.test_client().log_in(alfa.owner)
    marks = [*OTHER_MARKS, *(str(value) for name, value in beta.names.items() if name.endswith(("_id", "token")))]
    starts = ["/", "/offerter", "/kunder", "/prislista", "/konto", "/mer", "/installningar/mig", "/offerter/ny"]
    starts += [f"{path}?q=Bmark" for path in ("/offerter", "/kunder", "/prislista", "/prislista/sok", "/offerter/ny")]
    starts += [address(rule, alfa.names) for rule in rules(app) if of_a_firm(rule) and method(rule) == "GET"]
    pages = crawl(client, *starts)
    assert len(pages) > 60
    seen = []
    for path, body in pages.items():
        body = re.sub(r"\d{10} \d{5} [nf]", "", body)  # offsets in PDFs may end like a telephone number
        text = body.replace("q=Bmark", "").replace('value="Bmark"', "").replace("”Bmark”", "")
        seen += [(path, mark) for mark in marks if mark in text]
    assert not seen


def test_c24_no_word_of_another_firm_is_in_the_export(app, make, alfa, beta):
    make_exports.run(utc_now())
    client = app.test_client().log_in(alfa.owner)
    answer = client.download(f"/konto/export/{alfa.names['export_id']}/fil")
    assert answer.status_code == 200
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Hos kunden" in whole
    whole = re.sub(rb"\d{10} \d{5} [nf]", b"", whole)  # offsets in PDFs may end like a telephone number
    assert not [mark for mark in OTHER_MARKS if mark.encode() in whole]


def test_c27_one_link_is_no_way_to_another_quote(app, make, alfa, beta):
    """The cookie of one deal at another one, under both names."""
    own = db.session.query(Quote).filter_by(public_id=alfa.names["deal_id"]).one()
    sent = deal_of(app, make, alfa.firm, own)
    token = sent.client.get_cookie(f"l-{sent.deal_id}").value
    others = [row.public_id for row in db.session.query(Quote).filter(Quote.version > 0, Quote.id != own.id)]
    before = stored()
    for deal_id in others:
        sent.client.set_cookie(f"l-{deal_id}", token)
        for rule in rules(app):
            if rule.endpoint.startswith("deal.") and "deal_id" in rule.arguments and rule.endpoint != "deal.send_again":
                url = address(rule, {**alfa.names, "deal_id": deal_id})
                answer = sent.client.post(url) if method(rule) == "POST" else sent.client.get(url)
                assert answer.status_code == 404, (rule.endpoint, answer.status_code)
    after = stored()
    assert {name for name in before if before[name] != after[name]} <= {"attempt"}


def test_a03_no_route_takes_the_id_of_a_file(app, alfa):
    """A file is reached through its quote; its own id opens nothing, and stands in no page."""
    client = app.test_client().log_in(alfa.owner)
    ids = [row.public_id for row in db.session.query(StoredFile)]
    pages = crawl(client, "/offerter", "/konto", "/installningar/foretag")
    assert not [(path, key) for path, body in pages.items() for key in ids if key in body]
    assert db.session.query(Event).count() > 0
