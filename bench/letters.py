"""1,000 letters through a slow mail server, beside smtplib sending as many like them over one connection.

`python -m bench.letters` measures just this row. It has an installation of its own: the bench's has no mail server.
"""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.refs import slow_smtp
from bench.refs.slow_smtp import Arrival, Mailbox
from bench.report import Row, printed
from bench.servers import ROOT
from bench.web import NotBuilt

LETTERS = 1_000
WITHIN = 300.0  # seconds

# as processes of their own: neither may warm up, or hold up, what else is measured
FILL = """
from bench import fill
from config import Settings
from scripts.prepare import prepare
from services import outbox, transaction
from services.clock import utc_now
app = prepare(Settings.from_environment())
with app.app_context():
    filled = fill.firm(2, now=utc_now())
    firm_id, link = fill.letters_of(filled)
    for number in range({count}):
        to = f"kund{{number}}@kund.example"
        outbox.queue("link_again", to, {{"link": link}}, firm_id=firm_id, now=utc_now())
    transaction.commit()
"""
WORK = "from app import create_app; from jobs.worker import main; main(create_app())"


def letters_row(folder: Path) -> list[Row]:
    """Letters per second from the first that came to the last; none may be missing or have come twice."""
    with slow_smtp.listening() as mailbox:
        ours = _drain(mailbox, folder)
        names = {arrival.message_id for arrival in ours}
        if len(names) != LETTERS:
            raise NotBuilt(f"{len(names)} different letters came of {LETTERS}")
        bare = _bare(mailbox, ours[0].content)
    mine, reference = _per_second(ours), _per_second(bare)
    measured = f"{mine:.1f}/s, smtplib {reference:.1f}/s"
    return [Row(f"{LETTERS:,} letters, slow mail server", measured, mine / reference, "of smtplib's", 0.3, 0.5, True)]


def _drain(mailbox: Mailbox, folder: Path) -> list[Arrival]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"DATA_DIR": str(folder / "letters"), "BASE_URL": "http://127.0.0.1:1", "SMTP_SECURITY": "none"}
    environment |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mailbox.port), "MAIL_FROM": "post@handslag.example"}
    subprocess.run([sys.executable, "-c", FILL.format(count=LETTERS)], cwd=ROOT, env=environment, check=True)
    with (folder / "letters.log").open("ab") as log:
        worker = subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            mailbox.take(1, within=WITHIN)  # the quote's own letter, and the worker's start with it
            return mailbox.take(LETTERS, within=WITHIN)
        finally:
            worker.kill()
            worker.wait()


def _bare(mailbox: Mailbox, content: bytes) -> list[Arrival]:
    with smtplib.SMTP("127.0.0.1", mailbox.port) as smtp:
        for number in range(LETTERS):
            smtp.sendmail("post@handslag.example", f"kund{number}@kund.example", content.removesuffix(b"\r\n.\r\n"))
    return mailbox.take(LETTERS, within=WITHIN)


def _per_second(arrivals: list[Arrival]) -> float:
    return (len(arrivals) - 1) / (arrivals[-1].at - arrivals[0].at)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        print(printed(letters_row(Path(place))))
