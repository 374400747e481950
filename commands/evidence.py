"""What proves: chains, papers, packages, and the keys of seals and checkpoints."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from services.clock import utc_now

events_group = AppGroup("events", help="The evidence chains.")
evidence_group = AppGroup("evidence", help="Papers and packages.")
keys_group = AppGroup("keys", help="The keys of the seals and checkpoints.")


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
