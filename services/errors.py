"""How services say no. Blueprints turn these into answers in one place (blueprints/shared/errors.py)."""

from __future__ import annotations

import traceback


class NotFound(Exception):
    """No such row for this firm; the same whether it is missing or someone else's."""


class RuleBroken(Exception):
    """A rule of the trade or of the product refuses the act. `code` names the words in templates/errors/_rules.html."""

    code = "rule"

    def __init__(self, code: str | None = None, **facts: object) -> None:
        super().__init__(code or self.code)
        self.code = code or self.code
        self.facts = facts


class Stale(RuleBroken):
    """Someone else changed the row since the form was drawn; nothing was stored."""

    code = "stale"


class TooMany(Exception):
    """More tries than the limit allows in its window."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many tries")
        self.retry_after_seconds = retry_after_seconds


class DiskFull(Exception):
    """Too little disk for the act; nothing was stored."""


def place_of(error: BaseException) -> str:
    """Kind and places of a fault, for a log: the innermost and our own, outwards.

    Its own text may quote what someone typed and is left out.
    """
    steps = traceback.extract_tb(error.__traceback__)[::-1]
    places = [step for step in steps if step is steps[0] or "site-packages" not in step.filename]
    return f"{type(error).__name__} at " + " < ".join(f"{step.filename}:{step.lineno}" for step in places)
