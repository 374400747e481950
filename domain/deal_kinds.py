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
