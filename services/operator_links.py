"""Who runs the installation comes in by a link that a command prints: who may run commands here is the operator.

Nothing is stored. The link is good for a quarter of an hour, and what the browser keeps from it for a working day; both
end at once when the key that signs them is taken out (`secret.key`).
"""

from __future__ import annotations

from services import tokens

LINK, VISIT = "operator_link", "operator"
_WHO = "operator"  # there is no row


def token() -> str:
    """For a link, to be shown in the terminal only."""
    return tokens.sign(LINK, _WHO)


def enter(link_token: str) -> str:
    """What the browser keeps. Raises tokens.BadToken."""
    tokens.read(LINK, link_token)
    return tokens.sign(VISIT, _WHO)


def is_in(kept: str) -> bool:
    """Whether what a browser kept still counts."""
    try:
        tokens.read(VISIT, kept)
    except tokens.BadToken:
        return False
    return True
