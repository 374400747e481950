"""The child that seals, in this process: pyHanko is loaded once. tests/services/sealing has the process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from services.children import Kept
from services.sealing import child, making


class Here(Kept):
    def __init__(self) -> None:
        super().__init__(making.CHILD, seconds=0)

    def ask(self, greeting: bytes, question: Iterable[bytes]) -> tuple[dict[str, Any], bytes]:
        heard = BytesIO(greeting)
        line, _, made = child.begin(json.loads(heard.readline()), heard)(BytesIO(b"".join(question))).partition(b"\n")
        return json.loads(line), made
