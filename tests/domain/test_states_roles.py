"""What may be done in each state, and by whom."""

import pytest

from domain import permissions
from domain.quote_states import ACTIONS, AGREED, OPEN, QuoteStatus, after, can


@pytest.mark.parametrize(
    ("action", "allowed_in"),
    [
        ("delete", {"draft"}),
        ("edit", {"draft", "sent", "countered", "partly_signed", "declined", "expired", "late_acceptance", "recalled"}),
        ("accept", {"sent", "partly_signed"}),
        ("accept_late", {"sent", "partly_signed", "expired"}),
        ("accept_part", {"sent", "partly_signed"}),
        ("accept_part_late", {"sent", "partly_signed", "expired"}),
        ("decline", {"sent", "countered", "partly_signed"}),
        ("recall", {"sent", "countered", "partly_signed"}),
        ("withdraw", {"accepted", "signed", "completed", "late_acceptance"}),
        ("complete", {"accepted", "signed"}),
        ("confirm_late", {"late_acceptance"}),
    ],
)
def test_states_in_which_an_action_is_possible(action, allowed_in):
    assert {status.value for status in QuoteStatus if can(status, action)} == allowed_in


@pytest.mark.parametrize(
    ("status", "action", "then"),
    [
        ("draft", "send", "sent"),
        ("sent", "accept", "accepted"),
        ("sent", "ask", "sent"),
        ("expired", "accept_late", "late_acceptance"),
        ("sent", "accept_part", "partly_signed"),
        ("partly_signed", "accept", "accepted"),
        ("partly_signed", "accept_late", "late_acceptance"),
        ("partly_signed", "send", "sent"),
        ("late_acceptance", "confirm_late", "accepted"),
        ("accepted", "withdraw", "withdrawn"),
        ("declined", "send", "sent"),
        ("recalled", "edit", "recalled"),
    ],
)
def test_the_state_after(status, action, then):
    assert after(status, action) == then


@pytest.mark.parametrize(
    ("status", "action"), [("draft", "accept"), ("declined", "accept"), ("accepted", "accept"), ("withdrawn", "send")]
)
def test_what_is_not_possible_is_refused(status, action):
    with pytest.raises(ValueError, match="not possible"):
        after(status, action)


@pytest.mark.parametrize("status", ["replaced", "cancelled", "withdrawn", "rescinded"])
def test_where_nothing_more_is_expected_only_questions_can_come(status):
    assert {action for action in ACTIONS if can(status, action)} <= {"ask"}


def test_groups_of_states_do_not_overlap():
    assert not OPEN & AGREED


def test_an_unknown_action_is_an_error():
    with pytest.raises(KeyError):
        can("draft", "eat")


GRANTS = {
    "owner": {
        "login.own",
        "quote.read",
        "quote.write",
        "quote.send",
        "customer.read",
        "customer.write",
        "margin.read",
        "personnummer.read",
        "article.read",
        "article.write",
        "firm.settings",
        "firm.users",
        "firm.export",
        "firm.close",
    },
    "office": {
        "login.own",
        "quote.read",
        "quote.write",
        "quote.send",
        "customer.read",
        "customer.write",
        "margin.read",
        "personnummer.read",
        "article.read",
        "article.write",
        "firm.settings",
    },
    "seller": {
        "login.own",
        "quote.read",
        "quote.write",
        "quote.send",
        "customer.read",
        "customer.write",
        "margin.read",
        "personnummer.read",
        "article.read",
    },
    "worker": {"login.own", "quote.read", "customer.read", "article.read"},
}


@pytest.mark.parametrize("role", permissions.ROLES)
def test_what_a_role_may_do(role):
    assert {action for action in permissions.ACTIONS if permissions.allowed(role, action)} == GRANTS[role]


def test_an_unknown_role_or_action_is_an_error_not_a_no():
    with pytest.raises(KeyError):
        permissions.allowed("member", "quote.read")
    with pytest.raises(ValueError, match="no such action"):
        permissions.allowed("owner", "quote.eat")
