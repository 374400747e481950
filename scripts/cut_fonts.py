"""Cut the static faces of the PDFs out of the variable font of the screen. Run once per new version of the font.

    pip install fonttools brotli        # neither is needed by the running product
    python scripts/cut_fonts.py static/fonts/familjen-grotesk.414d5dfe5f.woff2

Each face gets a PostScript name of its own: reportlab takes faces of one name for the same face
and draws all of them as the first. Layout tables go, because reportlab does not read them.
"""

import sys
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FACES = {"Regular": 400, "Medium": 500, "Bold": 700}
TARGET = Path(__file__).resolve().parent.parent / "documents" / "fonts"
FAMILY = "Familjen Grotesk"
LAYOUT = ("GSUB", "GPOS", "GDEF", "STAT", "gasp", "prep", "MVAR", "HVAR", "avar")
KEPT_NAMES = {0, 5, 14}  # copyright, version, address of the licence
# The file's times come from the font, not from the clock: cutting twice gives the same bytes.
EPOCH = 3_700_000_000


def cut(source: Path, style: str, weight: int) -> Path:
    """Write one static face and return where it lies."""
    font = TTFont(source, recalcTimestamp=False)
    face = instantiateVariableFont(font, {"wght": weight}, inplace=False)
    for tag in LAYOUT:
        if tag in face:
            del face[tag]
    names = face["name"]
    names.names = [row for row in names.names if row.nameID in KEPT_NAMES]
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    for name_id, text in ((1, FAMILY), (2, style), (4, f"{FAMILY} {style}"), (6, postscript)):
        names.setName(text, name_id, 3, 1, 0x409)
        names.setName(text, name_id, 1, 0, 0)
    face["OS/2"].usWeightClass = weight
    face["head"].created = face["head"].modified = EPOCH
    path = TARGET / f"{postscript}.ttf"
    face.flavor = None
    face.save(path)
    return path


def main() -> None:
    """Cut every face from the file named on the command line."""
    source = Path(sys.argv[1])
    for style, weight in FACES.items():
        path = cut(source, style, weight)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
