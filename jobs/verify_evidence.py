"""By night: a checkpoint, then whether all chains, checkpoints and a seventh of the stored files hold.

Woken after a restore too.
"""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services import checkpoints, verification


def run(now: datetime) -> JobResult:
    """`failed` counts what does not hold: it is an incident, known or new."""
    checkpoints.cover(now, always=True)
    checked = verification.check(now, part=verification.part_of(now))
    return JobResult(checked.chains + checked.files, len(checked.findings))
