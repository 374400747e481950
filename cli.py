"""Commands: read arguments, call one service or job, print, set the exit status."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from domain import terminations
from domain.clock import stockholm_date
from domain.standing import Reason
from jobs import schedule
from services.clock import utc_now

events_group = AppGroup("events", help="The evidence chains.")
evidence_group = AppGroup("evidence", help="Papers and packages.")
rules_group = AppGroup("rules", help="The rules of rot, rut and grön teknik.")
jobs_group = AppGroup("jobs", help="The background work.")
operator_group = AppGroup("operator", help="The pages of who runs the installation.")
firm_group = AppGroup("firm", help="The firms of the installation.")
keys_group = AppGroup("keys", help="The keys of the seals and checkpoints.")
archive_group = AppGroup("archive", help="Locked bookkeeping of erased firms.")


NO_FIRM = "No firm has the id {}; `firm list` shows them."
WHY_NOT_SUSPENDED = {
    "note_missing": "Say why with --note: the owners read it.",
    "already_suspended": "It is suspended already, for another reason. Restore it first.",
}


@events_group.command("verify")
def verify_events() -> None:
    """Check every chain and name the first bad entry. Exit status 1 if one does not hold."""
    from services import events, transaction

    with transaction.reading():
        found = list(events.verify_all())
    for firm, length, bad_seq in found:
        click.echo(f"{firm}: " + (f"{length} entries hold" if bad_seq is None else f"entry {bad_seq} does not hold"))
    bad = sum(1 for _, _, bad_seq in found if bad_seq is not None)
    click.echo(f"{len(found) - bad} of {len(found)} chains hold")
    if bad:
        raise SystemExit(1)


@evidence_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify_evidence(file: Path) -> None:
    """Tell whether a PDF or package is authentic. Exit status 0: it is, 1: it was altered, 2: not known here."""
    from services.checking import looking, telling, verifying

    with file.open("rb") as opened:
        data = opened.read(looking.MOST_BYTES + 1)
    checked = verifying.check(data, now=utc_now(), whole=True)
    for line in telling.lines(checked):
        click.echo(line)
    raise SystemExit(telling.EXIT[checked.verdict.result])


@evidence_group.command("check")
def check_evidence() -> None:
    """Check all chains, checkpoints and stored files now, as after a restore. Exit status 1 if something is wrong.

    What does not hold becomes an incident, as by night.
    """
    from services import verification

    checked = verification.check(utc_now())
    for finding in checked.findings:
        click.echo(f"does not hold: {finding}")
    counts = f"{checked.chains} chains with {checked.entries} entries, {checked.checkpoints} checkpoints"
    click.echo(f"{counts}, {checked.files} files checked; {len(checked.findings)} faults")
    if checked.findings:
        raise SystemExit(1)


@rules_group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_rules(file: Path) -> None:
    """Run worked cases against the product's rules. Exit 1 on a difference, 2 if a kind of case is not handled."""
    from domain.rule_cases import check_cases

    report = check_cases(json.loads(file.read_text(encoding="utf-8")))
    for difference in report.differing:
        click.echo(str(difference))
    for case in report.not_handled:
        click.echo(f"{case}: not handled")
    total = report.held + len(report.differing) + len(report.not_handled)
    click.echo(f"{report.held} of {total} hold")
    if report.differing:
        raise SystemExit(1)
    if report.not_handled:
        raise SystemExit(2)


@rules_group.command("show")
def show_rules() -> None:
    """The tables in force: rates, caps, work types, shares, deadlines, each with its source and how sure it is."""
    from domain.clock import stockholm_date
    from services import rule_rows

    for line in rule_rows.in_words(stockholm_date(utc_now())):
        click.echo(line)


@operator_group.command("link")
@with_appcontext
def operator_link() -> None:
    """A link to the operator's pages, good for 15 minutes. Who opens it stays in for 12 hours."""
    from services import operator_links
    from services.installation import settings

    click.echo(f"{settings().base_url}/drift/in/{operator_links.token()}")


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at the installation and say what to do. Exit status 1 if something is wrong."""
    from services.doctor import examine

    findings = list(examine(utc_now()))
    for finding in findings:
        mark = {True: "WRONG", False: "ok", None: "note"}[finding.is_wrong]
        click.echo(f"{mark:5} {finding.about}: {finding.sentence}")
    if any(finding.is_wrong for finding in findings):
        raise SystemExit(1)


@click.command("feedback")
@with_appcontext
def feedback() -> None:
    """How easy customers found the quotes made here: a count and a mean, without whose they are."""
    from services import feedback_figure, transaction

    with transaction.reading():
        figure = feedback_figure.of_installation()
    if figure is None:
        click.echo(f"Fewer than {feedback_figure.FEWEST} answers: no figure is shown.")
    else:
        whole, tenth = divmod(figure.mean_tenths, 10)
        click.echo(f"{figure.answers} answers, {whole}.{tenth} of 5 on average (1 hard, 5 easy to understand)")


@jobs_group.command("run")
@click.argument("name", type=click.Choice(sorted(schedule.WHEN)))
def run_job(name: str) -> None:
    """Run one job once, now. Exit status 1 if any item failed."""
    result = schedule.run(name, utc_now())
    click.echo(f"{name}: {result.done} done, {result.failed} failed")
    if result.failed:
        raise SystemExit(1)


@firm_group.command("list")
def list_firms() -> None:
    """All firms: id, since when, number of quotes, when it closes, name."""
    from services import transaction
    from services.exporting import operating

    with transaction.reading():
        for firm in operating.firms():
            closes = f"closes {firm.last_day}" if firm.last_day else ""
            click.echo(f"{firm.public_id}  {firm.since}  {firm.quotes:7} quotes  {closes:17}  {firm.name}")


# one id in 64 begins with a hyphen, and is no option
@firm_group.command("export", context_settings={"ignore_unknown_options": True})
@click.argument("firm")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password", "is_locked", is_flag=True, help="Lock the file with a password, which is asked for.")
def export_firm(firm: str, file: Path, is_locked: bool) -> None:
    """Write everything of a firm (its id from `firm list`) to a new ZIP file: in clear, or locked with a password."""
    from services.errors import NotFound
    from services.exporting import operating
    from services.passwords import WeakPassword

    words = {
        "short": "needs at least 10 characters",
        "long": "may have at most 99 characters",
        "signs": "may hold a to z, digits and signs alone: programs read other letters in different ways",
        "weak": "is easy to guess",
    }
    password = click.prompt("Password of the file", hide_input=True, confirmation_prompt=True) if is_locked else ""
    try:
        sha256 = operating.write(firm, file, now=utc_now(), password=password)
    except WeakPassword as weak:
        raise click.ClickException(f"The password {words[weak.code]}.") from None
    except NotFound:
        raise click.ClickException(f"No firm has the id {firm}; `firm list` shows them.") from None
    except FileExistsError:
        raise click.ClickException(f"{file} is there already.") from None
    click.echo(f"{sha256}  {file}")


WHY_NOT_TAKEN_IN = {
    "locked": "The file is locked: give --password.",
    "password": "The password does not open the file.",
    "broken": "This is no ZIP file, or not all of it.",
    "encrypted": "Files within the archive are locked by themselves. Take the file as it was downloaded.",
    "around": "Something stands before, after or between the files. Take the file as it was downloaded.",
    "names": "A file has a name that no archive of ours has.",
    "large": "Something in the archive is larger than it may be (IMPORT_MAX_GIB).",
    "missing": "A file that belongs there is missing.",
    "changed": "A file was changed after the archive was made.",
    "differ": "The archive contradicts itself.",
    "manifest": "manifest.json cannot be read, or names other files than there are.",
    "format": "This is no archive of a firm, or of a format that cannot be taken in.",
    "newer": "The archive comes from a version of Handslag that is newer than this one. Update first.",
    "tables": "The archive does not have the tables that its version has.",
    "json": "A line is no JSON, or not of the kind that the product writes.",
    "line": "A line is too long, or not whole.",
    "columns": "A row does not have the columns of its table.",
    "value": "A row holds a value that cannot stand there.",
    "rank": "A row refers to one that is not in the archive.",
    "count": "A table does not have as many rows as the manifest says.",
    "double": "Two rows are the same that may not be.",
    "owner": "No user of the firm is an owner.",
    "taken": "An id of the archive belongs to another firm here.",
    "chain": "The chain of evidence does not hold.",
    "opening": "A value does not open its commitment in the chain.",
    "frozen": "Something frozen does not match its SHA-256.",
    "files": "Rows and stored files do not match.",
    "lives_here": "This firm lives here already (or is arriving).",
    "owners_taken": "Every owner's address of mail is used here already, so nobody could log in. Free one of them, or "
    "let an owner move the firm in by the page.",
    "arriving": "Another process is taking this archive in; /drift shows when it is done.",
    "conflict": "Something of the archive is here already and cannot be written.",
    "archive": "The archive refers to a row that is not there.",
    "gone": "The kept copy of the file is gone. Run this again.",
    "disk_full": "There is not room enough on the disk. The worker goes on by itself once there is.",
}


@firm_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password", "is_locked", is_flag=True, help="Ask for the password of a locked file.")
def import_firm(file: Path, is_locked: bool) -> None:
    """Take a firm in from its archive, as another installation wrote it. Exit status 1 if it is refused.

    Killed, it is gone on with by the worker, or by running this again.
    """
    from exchange.zip_directory import BadArchive
    from services.errors import DiskFull, RuleBroken
    from services.importing import taking_in
    from services.storage import TooLarge

    password = click.prompt("Password of the file", hide_input=True) if is_locked else ""
    shown = -1

    def tell(percent: int) -> None:
        nonlocal shown
        if percent >= shown + 10:
            shown = percent
            click.echo(f"{percent} %", err=True)

    try:
        done = taking_in.from_file(file, utc_now(), password, tell)
    except (BadArchive, RuleBroken) as error:
        raise click.ClickException(f"{error.code}: {WHY_NOT_TAKEN_IN.get(error.code, '')}") from None
    except TooLarge:
        raise click.ClickException(f"large: {WHY_NOT_TAKEN_IN['large']}") from None
    except DiskFull:
        raise click.ClickException("disk_full: There is not room enough on the disk.") from None
    if done.state != "done":
        where = f" ({done.report['where']})" if done.report.get("where") else ""
        raise click.ClickException(f"{done.reason}: {WHY_NOT_TAKEN_IN.get(done.reason, done.state)}{where}")
    _tell_of_arrival(done.firm_public_id, done.report)


def _tell_of_arrival(firm: str, report: dict[str, Any]) -> None:
    click.echo(f"{firm} is here: {report['rows']} rows.")
    for table, count in sorted(report.get("stopped", {}).items()):
        click.echo(f"stopped: {count} rows of {table}")
    for problem in report.get("problems", []):
        click.echo(f"to look at: {problem['code']} {problem['where']}")
    click.echo("Owners whose address is free here have a letter: a new password by Glömt lösenord, and they are in.")


@firm_group.command("compare")
@click.argument("one", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("other", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def compare_firms(one: Path, other: Path) -> None:
    """Tell in what two archives differ, other than a firm that moved does. Exit status 1 if in anything."""
    from exchange.archive_zip import BadArchive
    from services.exporting import comparing

    try:
        differences = comparing.differences(one, other)
    except BadArchive as bad:
        raise click.ClickException(f"No archive of a firm: {bad}. Unlock a locked one first, with 7-Zip.") from None
    for difference in differences:
        click.echo(difference)
    if differences:
        raise SystemExit(1)
    click.echo("the same firm")


@firm_group.command("suspend", context_settings={"ignore_unknown_options": True})
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


@firm_group.command("restore", context_settings={"ignore_unknown_options": True})
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


LONGEST_NOTE = 300  # signs, as the column holds
NOT_TERMINATED = {
    "received_later": "The day it came in lies in the future.",
    "reason_missing": "The operator's own termination needs --reason; its owners read it.",
    "already_closing": "A termination that came in otherwise runs already; undo that one first.",
    "not_yours": "An owner has confirmed it, and only an owner undoes it.",
}


@firm_group.command("terminate", context_settings={"ignore_unknown_options": True})
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
    from services import closing
    from services.actors import Actor
    from services.errors import NotFound, RuleBroken
    from services.exporting import operating

    now = utc_now()
    if undo == bool(channel) or len(note) > LONGEST_NOTE:
        raise click.UsageError("Say --channel or --undo, and at most 300 signs with --note.")
    try:
        found = operating.find(firm)
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


# one number in 64 begins with a hyphen, and is no option
@archive_group.command("open", context_settings={"ignore_unknown_options": True})
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


@archive_group.command("log", context_settings={"ignore_unknown_options": True})
@click.argument("number")
def show_archive_log(number: str) -> None:
    """Who opened an archive, when and why."""
    from services.bookkeeping import archive

    for one in archive.openings(number):
        click.echo(f"{one['at'][:16]}  {one['who']}  {one['why']}")


@keys_group.command("list")
def list_keys() -> None:
    """Every key there has been: kind, id, from and until when."""
    from services.sealing import keys

    for key in keys.published():
        click.echo(f"{key['kind']:8}{key['id']}  from {key['from'][:10]}  until {(key['until'] or 'now')[:10]}")


@keys_group.command("rotate")
def rotate_keys() -> None:
    """Make new keys for seals and checkpoints. The old public halves stay published; back up the secrets after it."""
    from services import checkpoints
    from services.installation import settings

    for name in checkpoints.rotate_keys(utc_now()):
        click.echo(f"new key {name}")
    click.echo(f"Back up {settings().secrets_dir} now: without it no new paper can be sealed.")


WHY_NO_SAMPLE = {
    "production": "This installation is set up for production (PRODUCTION): sample data stays out of it.",
    "mail_server": "SMTP_HOST is set: letters to made-up people would leave the house. Run this without it.",
    "address_taken": "Another firm here uses the sample's address of mail. Choose another folder with DATA_DIR.",
}


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill a fictive firm with customers, price list and quotes in every state. Exit status 1 where it may not."""
    from services.demo import filling
    from services.installation import settings

    base_url = settings().base_url
    with current_app.test_request_context(base_url=base_url):  # letters hold addresses and words, as a page does
        try:
            sample = filling.fill(now=utc_now())
        except filling.CannotFill as error:
            raise click.ClickException(WHY_NO_SAMPLE[error.code]) from None
    if not sample.is_new:
        click.echo("The sample firm is here already; nothing was added. It has a new password.")
    click.echo(f"Start ./run, then log in at {base_url}/logga-in")
    click.echo(f"  e-mail    {sample.email}")
    click.echo(f"  password  {sample.password}   (shown only now; ./run demo makes a new one)")
    if sample.pages:
        click.echo("What its customers see:")
    for title, address in sample.pages:
        click.echo(f"  {title}\n    {address}")


def register_commands(app: Flask) -> None:
    for group in (events_group, evidence_group, rules_group, jobs_group, firm_group, operator_group, keys_group):
        app.cli.add_command(group)
    app.cli.add_command(archive_group)
    app.cli.add_command(doctor)
    app.cli.add_command(feedback)
    app.cli.add_command(demo)
