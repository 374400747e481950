"""PDFs read back by two other libraries."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pypdfium2

MM = 72 / 25.4


def pages(data: bytes) -> list[str]:
    """The text of each page with plain spaces, as pypdfium2 reads it."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [re.sub(r"[ \u00a0]+", " ", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def words(data: bytes) -> str:
    """All text on one line, so that line breaks do not matter."""
    return re.sub(r"\s+", " ", " ".join(pages(data)))


def reader(data: bytes) -> pypdf.PdfReader:
    """The file as pypdf sees it, in strict mode."""
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def catalogue(data: bytes) -> Any:
    return reader(data).trailer["/Root"]


def bookmarks(data: bytes) -> list[tuple[str, int | None]]:
    """Title and page index of each bookmark."""
    source = reader(data)
    found = (each for each in source.outline if not isinstance(each, list))
    return [(str(each.title), source.get_destination_page_number(each)) for each in found]


def links(data: bytes) -> list[tuple[str, list[float]]]:
    """Address and rectangle of each link on the first page."""
    page: Any = reader(data).pages[0]
    found = (each.get_object() for each in page["/Annots"])
    return [(str(each["/A"]["/URI"]), [float(side) for side in each["/Rect"]]) for each in found]


def operators(page: pypdf.PageObject) -> bytes:
    """What is drawn on a page, uncompressed."""
    stream = page.get_contents()
    assert stream is not None
    return stream.get_data()


def fonts(data: bytes) -> dict[str, bool]:
    """Name of each font, and whether it is embedded."""
    found = {}
    for page in reader(data).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = font.get_object()
            found[str(font["/BaseFont"])] = "/FontFile2" in font["/FontDescriptor"]
    return found


def picture(data: bytes, page: int, scale: float = 2) -> Any:
    """A page as a picture in grey."""
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].render(scale=scale, grayscale=True).to_pil()
    finally:
        document.close()


def boxes(data: bytes) -> Iterator[list[tuple[float, float, float, float]]]:
    """For each page the boxes of its runs of text: left, bottom, right, top in points."""
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            text = page.get_textpage()
            yield [text.get_rect(index) for index in range(text.count_rects())]
    finally:
        document.close()
