"""The installation as a whole: its jobs, its health, the rules it holds, its operator, a firm to look at."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from jobs import schedule
from services.clock import utc_now

rules_group = AppGroup("rules", help="The rules of rot, rut and grön teknik.")
jobs_group = AppGroup("jobs", help="The background work.")
operator_group = AppGroup("operator", help="The pages of who runs the installation.")


@rules_group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_rules(file: Path) -> None:
    """Run worked cases against the product's rules. Exit 1 on a difference, 2 if a kind of case is not handled."""
    from domain.rule_cases import check_cases

    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} is no JSON: {error}") from None
    report = check_cases(document)
    for difference in report.differing:
        click.echo(str(difference))
    for case in report.not_handled:
        click.echo(f"{case}: not handled")
    total = report.held + len(report.differing) + len(report.not_handled)
    click.echo(f"{report.held} of {total} hold")
    if report.exit_status:
        raise SystemExit(report.exit_status)


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
