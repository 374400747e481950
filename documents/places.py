"""Where in a quote something belongs. `content` is a frozen content, see quote.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def belongs_to(content: Mapping[str, Any], photo: Mapping[str, Any]) -> str:
    """The name of the section or the text of the line that a photo shows; "" for the whole quote."""
    for section in content["sections"]:
        if photo["section"] == section["key"]:
            return str(section["title"])
        for line in section["lines"]:
            if photo["line"] == line["key"]:
                return str(line["text"])
    return ""
