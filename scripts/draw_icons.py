"""Draw the icons of the installed web app from the brand mark: static/img/icon*. Run by hand; the files are committed.

The mark is all straight lines, so that it is drawn eight times too large and made smaller: no other tool is needed.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "static" / "img"
GROUND, LEFT, RIGHT = "#10231c", "#ffffff", "#ffd400"  # --rail, white and --varsel of static/css/handslag.css
BOX = 32  # the mark is drawn in a box of 32 by 32
LEFT_HALF = ((4, 6), (18.5, 6), (18.5, 14.6), (11.5, 14.6), (11.5, 26), (4, 26))
RIGHT_HALF = ((28, 26), (13.5, 26), (13.5, 17.4), (20.5, 17.4), (20.5, 6), (28, 6))
CORNER = 4
FINER = 8
SAFE = 0.72  # of a maskable icon only the circle of 80 % is sure to be seen; the mark's corners lie within it
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="4" fill="{}"/>'
    '<path fill="{}" d="M4 6H18.5V14.6H11.5V26H4Z"/><path fill="{}" d="M28 26H13.5V17.4H20.5V6H28Z"/></svg>\n'
)


def draw(side_px: int, *, is_round: bool, scale: float = 1) -> Image.Image:
    """The mark on its ground: corners rounded and clear, or the whole square filled for a system that cuts its own."""
    unit = side_px * FINER / BOX
    picture = Image.new("RGBA", (side_px * FINER, side_px * FINER), "#0000" if is_round else GROUND)
    pen = ImageDraw.Draw(picture)
    if is_round:
        pen.rounded_rectangle((0, 0, side_px * FINER - 1, side_px * FINER - 1), CORNER * unit, GROUND)
    for half, colour in ((LEFT_HALF, LEFT), (RIGHT_HALF, RIGHT)):
        middle = BOX / 2
        pen.polygon([tuple((middle + (at - middle) * scale) * unit for at in point) for point in half], colour)
    return picture.resize((side_px, side_px), Image.Resampling.BOX)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "icon.svg").write_text(SVG.format(GROUND, LEFT, RIGHT), encoding="utf-8")
    for side_px in (192, 512):
        save(draw(side_px, is_round=True), f"icon-{side_px}.png")
    save(draw(512, is_round=False, scale=SAFE), "icon-mask-512.png")
    save(draw(180, is_round=False, scale=0.86), "icon-touch-180.png")


def save(picture: Image.Image, name: str) -> None:
    picture.quantize(64, method=Image.Quantize.FASTOCTREE).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
