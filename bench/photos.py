"""Photo intake: time and peak memory of the process that decodes, and of one that takes a photo in.

`python -m bench.photos [FILE ...]` prints a row per file; without files, of a JPEG of 12 megapixels made here. The
web process never decodes: it streams to the encrypted store, so its memory must not follow the size of the photo.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from services import children
from services.photos.drawing import CHILD

KIB = 1024
MEGAPIXELS_12 = (4000, 3000)
TAKE_IN = """
import resource, sys
from collections.abc import Iterator
from domain.photos import MOST_BYTES
from services import vault, keys, storage
from app import create_app
from config import Settings
from pathlib import Path
app = create_app(Settings(DATA_DIR=Path(sys.argv[1]), DISK_FREE_MIB=0))
with app.app_context():
    keys.create_firm_key(app.config["SETTINGS"], app.config["SECRETS"], "bench")
    storage.write("bench", "small", [b"x" * 100])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open(sys.argv[2], "rb") as file:
        storage.write("bench", "photo", storage.Counted(storage.pieces(file), most_bytes=MOST_BYTES))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


class Peak(NamedTuple):
    """Seconds from start to end, and the most resident memory."""

    seconds: float
    kib: int


def jpeg(size: tuple[int, int] = MEGAPIXELS_12) -> bytes:
    """A photo of as many points, with grain, some megabytes."""
    from PIL import Image

    kept = BytesIO()
    grains = [Image.effect_noise((size[0] // 10, size[1] // 10), 90).resize(size) for _ in range(3)]
    Image.merge("RGB", grains).save(kept, "JPEG", quality=92)
    return kept.getvalue()


def decoding(data: bytes) -> Peak:
    """One photo drawn as the worker has it drawn."""
    began = time.monotonic()
    child = subprocess.Popen(
        children.command(CHILD), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=children.ENVIRONMENT
    )
    assert child.stdin
    assert child.stdout
    child.stdin.write(data)
    child.stdin.close()
    child.stdout.read()
    child.stdout.close()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Peak(time.monotonic() - began, used.ru_maxrss)


def taking_in(file: Path) -> int:
    """KiB by which a web process grows while it streams a file into the store."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", TAKE_IN, folder, str(file)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if not names:
            made = Path(folder) / "12mp.jpg"
            made.write_bytes(jpeg())
            names = [str(made)]
        for name in names:
            data = Path(name).read_bytes()
            peak = decoding(data)
            print(
                f"{Path(name).name}: {len(data) / KIB / KIB:.1f} MiB in; decoded in {peak.seconds:.2f} s, "
                f"{peak.kib / KIB:.0f} MiB; the web process grew by {taking_in(Path(name)) / KIB:.1f} MiB"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
