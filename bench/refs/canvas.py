"""Reference: reportlab's bare canvas drawing the words of a one-page quote in a TrueType font, nothing else."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def load(regular: str, bold: str) -> None:
    """Register the font files; the product does the same once per process."""
    pdfmetrics.registerFont(TTFont("Regular", regular))
    pdfmetrics.registerFont(TTFont("Bold", bold))


def draw(rows: list[list[str]]) -> bytes:
    """One page: a heading, rows of up to four columns. reportlab embeds only the letters that are used."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Bold", 22)
    canvas.drawString(57, 780, rows[0][0])
    height = 740.0
    canvas.setFont("Regular", 10)
    for row in rows[1:]:
        for column, text in enumerate(row):
            canvas.drawString(57 + column * 120, height, text)
        height -= 14
    canvas.showPage()
    canvas.save()
    return out.getvalue()
