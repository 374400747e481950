"""Texts that go on being used come in as a form would keep them; what was agreed and said comes byte for byte."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from sqlalchemy import select, update

from domain import unseen
from extensions import db
from models import Base, Customer
from services import transaction
from services.clock import utc_now
from services.exporting import comparing, operating
from services.importing import living, taking_in
from tests.conftest import empty_database
from tests.second import second_home
from tests.whole_firm import Markers, fill

TURNED, CLEAN = "7\u202eA\u200b", "7A"
KEPT = ("quote_version", "agreement", "approval", "event_value", "message", "decline", "contract_template_version")


def test_signs_that_nobody_sees_stay_where_they_are_evidence_alone(app, make, settings, tmp_path):
    firm = make.firm("Tumbredd Snickeri")
    fill(make, firm, Markers())
    public_id = firm.public_id
    now, path, back = utc_now(), tmp_path / "a.zip", tmp_path / "b.zip"
    for table, names in living.TEXTS.items():
        db.session.execute(update(Base.metadata.tables[table]).values(dict.fromkeys(names, TURNED)))
    for table in ("message", "decline"):
        name = "comment" if table == "decline" else "text"
        db.session.execute(update(Base.metadata.tables[table]).values({name: TURNED}))
    db.session.execute(update(Customer).values(contact="\u2060\u200b"))
    db.session.commit()
    operating.write(public_id, path, now=now)
    empty_database()
    with second_home(tmp_path / "second", settings) as home, home.inside():
        outcome = taking_in.from_file(path, now)
        assert (outcome.state, outcome.reason) == ("done", "")
        for table, names in living.TEXTS.items():
            columns = [Base.metadata.tables[table].c[name] for name in names]
            found = {text for row in db.session.execute(select(*columns)) for text in row}
            assert (table, found) == (table, {CLEAN, living.NOTHING_SEEN} if table == "customer" else {CLEAN})
        operating.write(public_id, back, now=now)
        empty_database()
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(back) as other:
        for table in KEPT:
            before = one.read(f"data/{table}.jsonl")
            assert before
            assert other.read(f"data/{table}.jsonl").startswith(before)
        assert unseen.stands_in(other.read("data/message.jsonl").decode())
    told = {place for line in comparing.differences(path, back) for place in re.findall(r"(?:data|csv)/(\w+)", line)}
    assert told, "docs/export.md says so"
    assert told <= living.TEXTS.keys()

    transaction.rollback()


@pytest.mark.parametrize("stored", [f'{{"n": 1, "parts": ["{TURNED}"]}}', '{"n": 1, "parts": ["7\\u202eA"]}'])
def test_texts_within_columns_of_json(stored):
    row = {"content": stored, "name": "Kök", "n": 1}
    assert json.loads(living.cleaned("quote_template", row)["content"]) == {"n": 1, "parts": [CLEAN]}


def test_a_row_without_such_signs_is_the_same_object():
    row = {"content": '{"a":  "é\\u0301"}', "name": "Kök\n👩‍🔧", "n": 1}
    assert living.cleaned("quote_template", row) is row
    assert living.cleaned("event_value", row) is row
