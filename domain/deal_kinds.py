"""What a deal is about: each kind goes the same way from draft to evidence."""

from __future__ import annotations

from enum import StrEnum


class DealKind(StrEnum):
    QUOTE = "quote"  # approved
    CONTRACT = "contract"  # signed: clauses of the firm's own, the firm signs when it sends
    DOCUMENT = "document"  # signed: a PDF made elsewhere, its bytes as they came


def is_signed(kind: str) -> bool:
    """Whether the yes is a signature (Klart), not an approval (Godkänd)."""
    return kind != DealKind.QUOTE


def sent_act(kind: str) -> str:
    """The act of the evidence chain that sends it."""
    return "contract.sent" if is_signed(kind) else "quote.sent"


def yes_act(kind: str) -> str:
    """The act of the evidence chain by which a party says yes to it."""
    return "contract.signed" if is_signed(kind) else "quote.accepted"
