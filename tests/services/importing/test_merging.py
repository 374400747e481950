"""The asker's login goes over to the firm that has come, and the empty firm goes away."""

import json

import pytest

from extensions import db
from models import Acceptance, Arrival, Firm, Login, User
from services import events, legal, logins, passwords, storage
from services.clock import utc_now
from services.importing import merging
from services.installation import settings
from tests.factories import PASSWORD

NOW = utc_now()


@pytest.fixture
def asker(make):
    """The owner of a firm that was registered to move in, with a login and what was accepted."""
    user = make.owner(make.firm("Tom AB"))
    legal.accept_all(user, actor=logins.actor_of(user, ip="", user_agent=""), now=NOW)
    db.session.commit()
    return user


def arrival_of(asker, firm, own=""):
    row = Arrival(
        asker_firm=asker.firm.public_id,
        asker=asker.public_id,
        firm_public_id=firm.public_id,
        report=json.dumps({merging.OWN_USER: own}),
        created_at=NOW,
    )
    db.session.add(row)
    db.session.commit()
    return row


def merged(arrival, firm):
    merging.merge(arrival, firm, NOW)
    db.session.commit()
    merging.clear_up(arrival)
    merging.clear_up(arrival)


def test_the_imported_user_of_the_same_address_is_taken_over(make, asker):
    firm = make.firm("Tumbredd Snickeri")
    own = make.user(firm)
    own.role, own.password_hash, own.email_confirmed_at = "seller", "", None
    token, email, empty = logins.open_login(asker, ip="", user_agent="", now=NOW), asker.email, asker.firm.public_id
    merged(arrival_of(asker, firm, own.public_id), firm)
    found = logins.find(token, now=NOW)
    assert found is not None
    assert (found.user_public_id, found.email, found.firm_public_id) == (own.public_id, email, firm.public_id)
    assert found.role == "owner"
    assert passwords.is_right(own.password_hash, PASSWORD)
    accepted = db.session.query(Acceptance).filter_by(user_id=own.id).all()
    assert {row.document for row in accepted} == set(legal.ACCEPTED)
    acts = [event.act for event in events.of_object(firm.id, f"user:{own.public_id}")]
    assert acts == ["password.changed", "user.role_changed", *["terms.accepted"] * 3]
    assert events.verify(firm) is None
    assert db.session.query(Firm).filter_by(public_id=empty).count() == 0
    assert not (settings().keys_dir / f"{empty}.key").exists()
    assert not storage.folder(empty).exists()


def test_without_one_the_asker_becomes_a_further_owner(make, asker):
    firm = make.firm("Tumbredd Snickeri")
    email, token = asker.email, logins.open_login(asker, ip="", user_agent="", now=NOW)
    merged(arrival_of(asker, firm), firm)
    users = db.session.query(User).filter_by(firm_id=firm.id, role="owner").all()
    assert len(users) == 2
    assert logins.find(token, now=NOW).email == email
    assert db.session.query(Login).filter_by(firm_id=firm.id).count() == 1


def test_a_firm_that_is_no_longer_empty_stays(make, asker):
    firm, empty = make.firm("Tumbredd Snickeri"), asker.firm
    arrival = arrival_of(asker, firm)
    assert merging.is_empty(empty.id)
    empty.standing = "suspended"
    db.session.commit()
    with pytest.raises(merging.NotEmpty):
        merging.merge(arrival, firm, NOW)
    db.session.rollback()
    empty.standing = "active"
    make.customer(empty)
    assert not merging.is_empty(empty.id)
    with pytest.raises(merging.NotEmpty):
        merging.merge(arrival, firm, NOW)
    db.session.rollback()
    merging.clear_up(arrival)
    assert (settings().keys_dir / f"{empty.public_id}.key").exists()
    assert asker.firm_id == empty.id


def test_an_arrival_by_the_command_merges_nothing(make):
    firm = make.firm("Tumbredd Snickeri")
    before = db.session.query(User).count()
    merging.merge(Arrival(asker_firm="", created_at=NOW), firm, NOW)
    assert db.session.query(User).count() == before
