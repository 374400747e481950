"""A firm as a file: out of this installation, into it, and two of them compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.firms import BY_ID, NO_FIRM, firm_group
from services.clock import utc_now

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


@firm_group.command("export", context_settings=BY_ID)
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
        raise click.ClickException(NO_FIRM.format(firm)) from None
    except FileExistsError:
        raise click.ClickException(f"{file} is there already.") from None
    click.echo(f"{sha256}  {file}")


@firm_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password", "is_locked", is_flag=True, help="Ask for the password of a locked file.")
def import_firm(file: Path, is_locked: bool) -> None:
    """Take a firm in from its archive, as another installation wrote it. Exit status 1 if it is refused.

    Killed, it is gone on with by the worker, or by running this again.
    """
    from services.errors import DiskFull, RuleBroken
    from services.importing import taking_in
    from services.importing.kept import Unfit

    password = click.prompt("Password of the file", hide_input=True) if is_locked else ""
    shown = -1

    def tell(percent: int) -> None:
        nonlocal shown
        if percent >= shown + 10:
            shown = percent
            click.echo(f"{percent} %", err=True)

    try:
        done = taking_in.from_file(file, utc_now(), password, tell)
    except (Unfit, RuleBroken) as error:
        raise click.ClickException(f"{error.code}: {WHY_NOT_TAKEN_IN.get(error.code, '')}") from None
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
    from services.exporting import comparing

    try:
        differences = comparing.differences(one, other)
    except comparing.NoArchive as bad:
        raise click.ClickException(f"No archive of a firm: {bad}. Unlock a locked one first, with 7-Zip.") from None
    for difference in differences:
        click.echo(difference)
    if differences:
        raise SystemExit(1)
    click.echo("the same firm")
