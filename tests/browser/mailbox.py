"""The local mailbox at /dev/mejl, read as its owner reads it."""

from __future__ import annotations

import re
import time
from io import BytesIO

import pypdfium2
from playwright.sync_api import Locator

from tests.browser.visitor import Visitor

PATIENCE_SECONDS = 60  # how long the background work may take on a busy machine


def open_letter(visitor: Visitor, subject: str, *, to: str) -> None:
    """Wait for the newest letter to `to` whose subject holds `subject`, and open it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        visitor.go("/dev/mejl")
        rows = visitor.page.locator("a.row", has_text=to).filter(has_text=subject)
        if rows.count():
            break
        assert time.monotonic() < until, f"no letter to {to} about {subject}"
        visitor.page.wait_for_timeout(250)
    visitor.tap(rows.first)
    visitor.sees(to)


def link(visitor: Visitor, part: str) -> Locator:
    """The address in the open letter that holds `part`."""
    return visitor.page.locator(f'main a[href*="{part}"]').first


def read_attachment(visitor: Visitor, name: str) -> str:
    """The text of an attached PDF, pages one after the other, white space as single spaces."""
    saved = visitor.fetch(visitor.page.locator("a.file", has_text=name))
    return pdf_text(saved.path().read_bytes())


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(content))
    try:
        return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in document))
    finally:
        document.close()


def subjects(visitor: Visitor, *, to: str) -> list[str]:
    """What stands before the colon in the subjects of all letters to `to`, sorted."""
    visitor.go("/dev/mejl")
    rows = visitor.page.locator("a.row", has_text=to).locator(".t").all_inner_texts()
    return sorted(text.partition(":")[0] for text in rows)
