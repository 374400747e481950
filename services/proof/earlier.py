"""tidigare.json: where an agreement was made before its firm came to this installation, and that one's own word.

Whoever signs the package has not seen what happened there. So it says so, with what came along: the keys of the
installation before and, where there is one, its signed checkpoint over the chain.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from domain import canonical
from domain.evidence import timestamp
from models import EarlierHome
from services.importing import homes
from services.proof.reading import Facts
from services.sealing import keys

NAME = "tidigare.json"


def told(facts: Facts) -> dict[str, Any] | None:
    """The installations that have seen a yes of this agreement or the paper it is to, oldest first; None if all are of
    here.
    """
    first = min(one.seq for one in facts.yeses)
    came = [home for home in homes.all_of(facts.firm.id) if home.seq >= first]
    return {"v": 1, "homes": [_told(home) for home in came]} if came else None


def checkpoint(facts: Facts, kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """The checkpoint that a package made here leans on: the one kept with the paper, or where an installation before
    has signed that, the newest of here that reaches the agreement.
    """
    own = {one["id"] for one in keys.published()}
    if kept is None or kept["checkpoint"]["key"] in own:
        return kept
    from services import checkpoints  # it reads all heads: only here
    from services.checkpoint_rows import newest

    point = newest()
    with suppress(LookupError):
        if point is not None:
            found = checkpoints.proof_of(facts.firm.public_id, point)
            return found if found["leaf"]["seq"] >= facts.made_by.seq else None
    return None


def _told(home: EarlierHome) -> dict[str, Any]:
    return {
        "installation": home.installation,
        "address": home.address,
        "left_at": timestamp(home.left_at),
        "arrived_at": timestamp(home.arrived_at),
        "seq": home.seq,
        "link": home.link,
        "keys": _table(home.keys).get("keys", []),
        "proof": _table(home.proof) or None,
    }


def _table(text: str) -> dict[str, Any]:
    """JSON that came in an archive; what has no canonical form proves nothing and is left out."""
    with suppress(ValueError, TypeError, RecursionError):
        found = json.loads(text)
        canonical.dumps(found)
        if isinstance(found, dict):
            return found
    return {}
