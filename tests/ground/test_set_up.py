"""What a machine without the right Python is told: one sentence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# which question it fails: its version, or whether it has venv
OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n'


@pytest.fixture
def bare(tmp_path):
    """The tree without an environment, and a PATH that holds only what the test puts there."""
    folder = tmp_path / "handslag"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname"):
        (programs / name).symlink_to(shutil.which(name))

    def run(**pythons: str) -> subprocess.CompletedProcess[str]:
        for name, script in pythons.items():
            (programs / name).write_text(script)
            (programs / name).chmod(0o755)
        return subprocess.run(
            [folder / "run"], env={"PATH": str(programs)}, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    return run


def test_without_python(bare):
    ended = bare(python3=OLD)
    assert ended.returncode == 1
    assert ended.stderr == ("Handslag needs Python 3.11 or newer and found none; PYTHON=/path/to/python3 names one.\n")


def test_an_old_python3_beside_a_newer_one(bare):
    ended = bare(python3=OLD, **{"python3.12": WITHOUT_VENV})
    assert ended.stderr.startswith("python3.12 lacks its venv module")


def test_without_venv(bare):
    ended = bare(python3=WITHOUT_VENV)
    assert ended.returncode == 1
    assert ended.stderr == "python3 lacks its venv module; on Debian and Ubuntu: apt install python3-venv\n"
