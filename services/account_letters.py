"""The letters about a user's own access. Queueing never commits; drawing reads the rows and signs the link."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from mail.writing import write
from models import User, UserToken
from services import logins, outbox, scope, tokens, user_tokens, users


def queue_confirm_email(user: User, *, now: datetime) -> None:
    _queue("confirm_email", user, user_tokens.CONFIRM_EMAIL, now)


def queue_account_exists(user: User, *, now: datetime) -> None:
    _queue("account_exists", user, user_tokens.RESET_PASSWORD, now)


def queue_reset_password(user: User, *, now: datetime) -> None:
    _queue("reset_password", user, user_tokens.RESET_PASSWORD, now)


def queue_new_address(user: User, email: str, *, now: datetime) -> None:
    """To the address that a user without one shall have (services/new_addresses.py)."""
    token = user_tokens.issue(user, user_tokens.RESET_PASSWORD, now=now, email=email)
    params = {"user": user.public_id, "token": token.public_id}
    outbox.queue("new_address", email, params, firm_id=user.firm_id, now=now)


def queue_password_changed(user: User, *, now: datetime) -> None:
    outbox.queue("password_changed", user.email, {"user": user.public_id}, firm_id=user.firm_id, now=now)


def queue_firm_arrived(owner: User, *, now: datetime) -> None:
    outbox.queue("firm_arrived", owner.email, {"user": owner.public_id}, firm_id=owner.firm_id, now=now)


def queue_address_released(user: User, *, now: datetime) -> None:
    """To every owner: who was thought to be of the firm is not, and its user cannot log in."""
    for owner in users.owners(user.firm_id):
        outbox.queue("address_released", owner.email, {"user": user.public_id}, firm_id=user.firm_id, now=now)


def _queue(kind: str, user: User, purpose: str, now: datetime) -> None:
    token = user_tokens.issue(user, purpose, now=now)
    params = {"user": user.public_id, "token": token.public_id}
    outbox.queue(kind, user.email, params, firm_id=user.firm_id, now=now)


@draws("confirm_email")
def confirm_email(params: Params) -> Letter:
    user = _user(params)
    return write(
        "confirm_email",
        _("Bekräfta din e-postadress"),
        firm_name=user.firm.name,
        url=url_for("accounts.take_confirm_link", token=_signed(params), _external=True),
    )


@draws("account_exists")
def account_exists(params: Params) -> Letter:
    user = _user(params)
    came_with = "" if user.password_hash else user.firm.name  # nobody has opened it here: services/new_addresses.py
    links = _reset_links(params)
    return write("account_exists", _("Du har redan ett konto"), email=user.email, came_with=came_with, **links)


@draws("reset_password")
def reset_password(params: Params) -> Letter:
    user = _user(params)
    return write("reset_password", _("Välj ett nytt lösenord"), email=user.email, **_reset_links(params))


@draws("new_address")
def new_address(params: Params) -> Letter:
    """Whether the address has an account here is told to its holder alone."""
    user = _user(params)
    email = _token(params).email
    is_known = logins.find_user(email) is not None
    return write(
        "new_address",
        _("Logga in hos %(firm)s", firm=user.firm.name),
        firm_name=user.firm.name,
        email=email,
        is_known=is_known,
        url=_reset_links(params)["login_url" if is_known else "url"],
    )


@draws("password_changed")
def password_changed(params: Params) -> Letter:
    user = _user(params)
    return write(
        "password_changed",
        _("Ditt lösenord är bytt"),
        email=user.email,
        url=url_for("accounts.forgot", _external=True),
    )


@draws("firm_arrived")
def firm_arrived(params: Params) -> Letter:
    user = _user(params)
    return write(
        "firm_arrived",
        _("Ert företag har flyttat hit"),
        firm_name=user.firm.name,
        email=user.email,
        has_password=bool(user.password_hash),  # who brought the firm here keeps the one that was chosen here
        url=url_for("konto.arrived" if user.password_hash else "accounts.forgot", _external=True),
    )


@draws("address_released")
def address_released(params: Params) -> Letter:
    """Not to where nobody needs it any more: another address has been given and taken."""
    user = _user(params)
    if not user_tokens.waits(user):
        raise Unwanted
    name = user.name or _("Användare utan namn")
    return write(
        "address_released",
        _("%(name)s kan inte logga in", name=name),
        name=name,
        firm_name=user.firm.name,
        url=url_for("konto.arrived", _external=True),
    )


def _reset_links(params: Params) -> dict[str, str]:
    return {
        "url": url_for("accounts.take_reset_link", token=_signed(params), _external=True),
        "login_url": url_for("accounts.login", _external=True),
    }


def _user(params: Params) -> User:
    return scope.get(User, params["firm_id"], User.public_id == params["user"])


def _signed(params: Params) -> str:
    row = _token(params)
    return tokens.sign(row.purpose, row.public_id)


def _token(params: Params) -> UserToken:
    return scope.get(UserToken, params["firm_id"], UserToken.public_id == params["token"])
