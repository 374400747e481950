"""Remove what has served its time: old exports, tries, one-time keys, mailed links, logins, what was taken out."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services.privacy import compacting, numbers, sweeping


def run(now: datetime) -> JobResult:
    """The write-ahead log is emptied last: it keeps old pages, such as the address of an erased firm's last letter."""
    done = (
        sweeping.old_exports(now)
        + sweeping.old_imports(now)
        + sweeping.old_rows(now)
        + sweeping.removed_photos(now)
        + sweeping.old_inquiries(now)
        + sweeping.let_news_rest(now)
        + numbers.forget(now)
    )
    compacting.empty_log()
    return JobResult(done)
