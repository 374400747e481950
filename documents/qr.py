"""QR codes as runs of dark modules.

On a paper the address in one never holds a token (anyone may read it); on the firm's screen one shows a link that is
handed over (services/quotes/giving.py).
"""

from __future__ import annotations

from typing import NamedTuple


class Bar(NamedTuple):
    """A horizontal run of dark modules; units are modules, y counts downwards."""

    x: int
    y: int
    length: int


def bars(address: str) -> tuple[int, list[Bar]]:
    """Side in modules (without quiet zone) and the dark runs of the code for an address."""
    import segno

    # A fixed mask: trying all eight for the prettiest costs five times the drawing, and every reader takes any.
    code = segno.make_qr(address, error="m", mask=2, boost_error=False)
    runs: list[Bar] = []
    for y, row in enumerate(code.matrix):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append(Bar(start, y, x - start))
                start = None
    return len(code.matrix), runs
