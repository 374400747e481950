"""What comes in is drawn in a process of its own: small, upright, and with nothing of what the camera said."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from PIL import Image

from extensions import db
from jobs import draw_photos
from models import Photo, StoredFile
from services import scope, storage, transaction
from services.clock import utc_now
from services.errors import DiskFull
from services.photos import child, drawing
from services.photos.drawing import Refused
from tests.pictures import HEIC, bomb, exif, photo
from tests.services.photos.conftest import of, on_disk

SCAN = re.compile(rb"\xff\xda(?:[^\xff]|\xff[\x00\xd0-\xd7])*")  # the points: among 700 kB of them stands any word
SECRETS = (b"Testkamera", b"Exif", b"GPS", b"ICC_PROFILE", b"http://ns.adobe.com")


@pytest.fixture(autouse=True)
def _each_time(monkeypatch):
    """tests/routes/conftest.py remembers what came of a photo."""
    monkeypatch.setattr(drawing, "in_child", inspect.unwrap(drawing.in_child))


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(  # made when it is its turn: who only lists the tests needs no photos
    "taken",
    [
        pytest.param(partial(photo, (4000, 3000)), id="12 megapixels"),
        pytest.param(partial(photo, kind="PNG", mode="RGBA"), id="png"),
        pytest.param(partial(photo, kind="PNG", mode="P"), id="palette"),
        pytest.param(partial(photo, kind="PNG", mode="I;16"), id="16 bits"),
        pytest.param(partial(photo, kind="JPEG", mode="CMYK"), id="cmyk"),
        pytest.param(partial(photo, kind="WEBP"), id="webp"),
        pytest.param(HEIC.read_bytes, id="heic"),
    ],
)
def test_three_pictures_are_drawn_with_nothing_but_points(taken):
    drawn = drawing.in_child(taken())
    large = opened(drawn.large)
    assert (large.format, large.mode, large.size) == ("JPEG", "RGB", (drawn.width, drawn.height))
    assert max(large.size) <= 1600
    assert max(opened(drawn.paper).size) <= 900
    assert max(opened(drawn.thumb).size) <= 320
    assert len(drawn.thumb) <= 12_000
    assert len(drawn.paper) <= 70_000
    for picture in (drawn.large, drawn.paper, drawn.thumb):
        assert not dict(opened(picture).getexif())
        assert not {"icc_profile", "exif", "xmp", "comment"} & opened(picture).info.keys()
        told = SCAN.sub(b"", picture)
        assert len(told) < 1500
        assert [secret for secret in SECRETS if secret in told] == []


def test_the_samples_do_carry_a_place():
    assert dict(opened(photo()).getexif().get_ifd(0x8825))
    assert b"Testkamera" in HEIC.read_bytes()


def test_the_camera_held_upright_is_turned():
    kept = BytesIO()
    Image.new("RGB", (300, 200)).save(kept, "JPEG", exif=exif(orientation=6))
    drawn = drawing.in_child(kept.getvalue())
    assert (drawn.width, drawn.height) == (200, 300)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        pytest.param(lambda: b"hej, jag heter IMG_1.jpg", "kind", id="a text"),
        pytest.param(lambda: b"", "kind", id="nothing"),
        pytest.param(lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind", id="svg"),
        pytest.param(lambda: b"%PDF-1.7\n%%EOF", "kind", id="pdf"),
        pytest.param(partial(photo, kind="GIF", mode="P"), "kind", id="gif"),
        pytest.param(lambda: photo((1600, 1200))[:20_000], "broken", id="cut off"),
        pytest.param(bomb, "pixels", id="900 million points"),
        pytest.param(partial(bomb, 7_200), "pixels", id="52 million points"),
    ],
)
def test_what_is_no_photo_is_refused(made, reason):
    with pytest.raises(Refused) as refused:
        drawing.in_child(made())
    assert refused.value.args[0] == reason


def test_a_child_that_hangs_or_falls_takes_nobody_along(monkeypatch, tmp_path):
    for number, code in enumerate(("import time; time.sleep(9)", "import os; os.abort()", "raise SystemExit(3)")):
        script = tmp_path / f"{number}.py"
        script.write_text(code)
        monkeypatch.setattr(drawing, "CHILD", script)
        monkeypatch.setattr(drawing, "WALL_SECONDS", 0.5)
        with pytest.raises(Refused):
            drawing.in_child(photo())


def test_the_child_has_little_memory_and_imports_nothing_of_ours(monkeypatch, tmp_path):
    script = tmp_path / "greedy.py"
    script.write_text(
        child.__loader__.get_source(child.__name__).replace("draw(sys.stdin", "bytearray(10**9); draw(sys.stdin")
    )
    monkeypatch.setattr(drawing, "CHILD", script)
    with pytest.raises(Refused) as refused:
        drawing.in_child(photo())
    assert refused.value.args[0] == "pixels"


def test_a_photo_becomes_ready_and_what_came_in_goes(quote, firm, add):
    data = photo()
    add(data)
    (waiting,) = of(quote)
    assert (waiting.state, waiting.name) == ("waiting", "IMG_1.jpg")
    incoming = scope.get(StoredFile, firm.id, StoredFile.id == waiting.incoming_id)
    assert storage.read(firm.public_id, incoming) == data
    assert data[:200] not in storage.path(firm.public_id, incoming.public_id).read_bytes()
    assert draw_photos.run(utc_now()).done == 1
    (ready,) = of(quote)
    assert (ready.state, ready.incoming_id, ready.name, ready.width, ready.height) == ("ready", None, "", 640, 480)
    files = scope.rows(StoredFile, firm.id)
    assert sorted(file.purpose for file in files) == ["photo", "photo_paper", "photo_thumb"]
    assert on_disk(firm) == {file.public_id for file in files}
    assert draw_photos.run(utc_now()).done == 0


def test_a_refused_one_says_why_and_keeps_no_file(quote, firm, add):
    add(b"inget foto")
    draw_photos.run(utc_now())
    (refused,) = of(quote)
    assert (refused.state, refused.reason, refused.name) == ("refused", "kind", "IMG_1.jpg")
    assert on_disk(firm) == set()


@pytest.mark.parametrize("place", ["in_child", "_written", "_note"])
def test_a_worker_killed_anywhere_leaves_a_photo_that_is_drawn_again(quote, firm, add, monkeypatch, place):
    class Killed(BaseException):
        pass

    def kill(*given, **named):
        raise Killed

    add(photo())
    now = utc_now()
    with monkeypatch.context() as patched:
        patched.setattr(drawing, place, kill)
        with pytest.raises(Killed):
            draw_photos.run(now)
        db.session.rollback()
    assert draw_photos.run(now).done == 0, "the lease still runs"
    assert draw_photos.run(now + timedelta(minutes=2)).done == 1
    (ready,) = of(quote)
    assert ready.state == "ready"
    assert scope.find(StoredFile, firm.id, StoredFile.purpose == "photo_in") is None


def test_one_that_kills_the_worker_every_time_is_given_up(quote, add):
    add(photo())
    now = utc_now()
    for _ in range(3):
        assert drawing.claim(now) is not None
        now += timedelta(minutes=2)
    assert drawing.claim(now) is None
    (refused,) = of(quote)
    assert (refused.state, refused.reason) == ("refused", "broken")


def test_a_full_disk_is_no_fault_of_the_photo(quote, add, monkeypatch):
    def full(*given, **named):
        raise DiskFull

    add(photo())
    now = utc_now()
    with monkeypatch.context() as patched:
        patched.setattr(drawing, "_written", full)
        for _ in range(5):
            assert draw_photos.run(now).failed == 1
            now += timedelta(minutes=2)
    assert draw_photos.run(now).done == 1
    assert of(quote)[0].state == "ready"


def test_drawn_twice_at_once_it_is_kept_once(quote, firm, add):
    add(photo())
    order = drawing.claim(utc_now())
    drawing.draw(order, now=utc_now())
    drawing.draw(order, now=utc_now())  # the file is gone: nothing of what stands may change
    (ready,) = of(quote)
    assert ready.state == "ready"
    assert len(on_disk(firm)) == 3


def test_a_photo_of_an_erased_firm_is_nobodys(make, quote, firm, add):
    add(photo())
    order = drawing.claim(utc_now())
    db.session.execute(scope.remove(Photo, firm.id))
    transaction.commit()
    drawing.draw(order, now=utc_now())
    assert len(on_disk(firm)) == 1  # what came in, which erasing the firm removes
