"""The firms of the installation: who there are, how they stand, and how one leaves."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from domain import terminations
from domain.clock import stockholm_date
from domain.standing import Reason
from services.clock import utc_now

firm_group = AppGroup("firm", help="The firms of the installation.")
archive_group = AppGroup("archive", help="Locked bookkeeping of erased firms.")
BY_ID = {"ignore_unknown_options": True}  # one id in 64 begins with a hyphen, and is no option
NO_FIRM = "No firm has the id {}; `firm list` shows them."
WHY_NOT_SUSPENDED = {
    "note_missing": "Say why with --note: the owners read it.",
    "already_suspended": "It is suspended already, for another reason. Restore it first.",
}
LONGEST_NOTE = 300  # signs, as the column holds
NOT_TERMINATED = {
    "received_later": "The day it came in lies in the future.",
    "reason_missing": "The operator's own termination needs --reason; its owners read it.",
    "already_closing": "A termination that came in otherwise runs already; undo that one first.",
    "not_yours": "An owner has confirmed it, and only an owner undoes it.",
}


@firm_group.command("list")
def list_firms() -> None:
    """All firms: id, since when, number of quotes, when it closes, name."""
    from services import firm_list, transaction

    with transaction.reading():
        for firm in firm_list.every():
            since = stockholm_date(firm.created_at)
            closes = f"closes {stockholm_date(firm.erase_after)}" if firm.erase_after else ""
            click.echo(f"{firm.public_id}  {since}  {firm.quotes:7} quotes  {closes:17}  {firm.name}")


@firm_group.command("suspend", context_settings=BY_ID)
@click.argument("firm")
@click.option("--reason", required=True, type=click.Choice([one.value for one in Reason]))
@click.option("--note", default="", help="Read by the owners.")
@with_appcontext
def suspend_firm(firm: str, reason: str, note: str) -> None:
    """Let a firm read, export and leave, and nothing else. Its owners are told. Security ends all its logins."""
    from services import suspending
    from services.errors import NotFound, RuleBroken

    try:
        suspending.suspend(firm, reason, note.strip(), by="command", now=utc_now())
    except NotFound:
        raise click.ClickException(NO_FIRM.format(firm)) from None
    except RuleBroken as broken:
        raise click.ClickException(WHY_NOT_SUSPENDED[broken.code]) from None
    click.echo("suspended")


@firm_group.command("restore", context_settings=BY_ID)
@click.argument("firm")
@with_appcontext
def restore_firm(firm: str) -> None:
    """Let a suspended firm do all again, as it was. Its owners are told."""
    from services import suspending
    from services.errors import NotFound

    try:
        suspending.restore(firm, by="command", now=utc_now())
    except NotFound:
        raise click.ClickException(NO_FIRM.format(firm)) from None
    click.echo("active")


@firm_group.command("terminate", context_settings=BY_ID)
@click.argument("firm")
@click.option(
    "--channel",
    type=click.Choice([one.value for one in terminations.ENTERED]),
    help="How it came in; operator: your own.",
)
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="The day it came in. Default: today.")
@click.option(
    "--reason",
    type=click.Choice([one.value for one in terminations.Reason]),
    help="Why you end it; the owners read it.",
)
@click.option("--note", default="", help="Your own words about it, at most 300 signs.")
@click.option("--undo", is_flag=True, help="Take back what was entered here.")
def terminate_firm(
    firm: str, channel: str | None, received: datetime | None, reason: str | None, note: str, undo: bool
) -> None:
    """Enter a termination by phone, letter or mail, or your own. The owners get the receipt, and undo all but yours."""
    from services import closing, firm_list
    from services.actors import Actor
    from services.errors import NotFound, RuleBroken

    now = utc_now()
    if undo == bool(channel) or len(note) > LONGEST_NOTE:
        raise click.UsageError("Say --channel or --undo, and at most 300 signs with --note.")
    try:
        found = firm_list.get(firm)
        if undo:
            closing.undo(actor=Actor(found.id, found.public_id, "operator:command"), now=now)
            click.echo("The termination is undone.")
            return
        came = received.date() if received else stockholm_date(now)
        entered = closing.enter(found, channel or "", came, note, now, reason=reason or "", by="command")
    except NotFound:
        raise click.ClickException(f"No firm has the id {firm}, or it has no termination.") from None
    except RuleBroken as error:
        raise click.ClickException(NOT_TERMINATED[error.code]) from None
    dates = closing.dates_of(entered)
    click.echo(f"Receipt {entered.public_id}: business stops {dates.effective_on}, last day {dates.last_day}.")


@firm_group.command("replay-erasures")
def replay_erasures() -> None:
    """Erase again the firms that a restored backup brought back. Every start does this too."""
    from services.privacy import erasure

    click.echo(f"{erasure.replay(utc_now())} erased again")


@archive_group.command("list")
def list_archives() -> None:
    """Every archive: its number, and how many files are kept until which day."""
    from services.bookkeeping import archive

    for one in archive.listed():
        days = ", ".join(f"{count} files until {day}" for day, count in sorted(one.days.items()))
        click.echo(f"{one.number}  {days}")


@archive_group.command("open", context_settings=BY_ID)
@click.argument("number")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--why", required=True, help="What it is opened for; kept in the archive's log.")
def open_archive(number: str, folder: Path, why: str) -> None:
    """Write the papers of an archive, opened, to a new folder. Who, when and why is logged first."""
    import getpass

    from services.bookkeeping import archive
    from services.errors import NotFound

    try:
        count = archive.open_into(number, folder, who=getpass.getuser(), why=why, now=utc_now())
    except NotFound:
        raise click.ClickException(f"No archive has the number {number}; `archive list` shows them.") from None
    except FileExistsError:
        raise click.ClickException(f"{folder} is there already.") from None
    except ValueError:
        raise click.ClickException("--why must say what it is opened for.") from None
    click.echo(f"{count} files in {folder}. They are not encrypted: remove them when they have served.")


@archive_group.command("log", context_settings=BY_ID)
@click.argument("number")
def show_archive_log(number: str) -> None:
    """Who opened an archive, when and why."""
    from services.bookkeeping import archive

    for one in archive.openings(number):
        click.echo(f"{one['at'][:16]}  {one['who']}  {one['why']}")
