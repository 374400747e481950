"""What a machine without the right Python is told: one sentence. What happens when its Python became another one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from scripts import setup

ROOT = Path(__file__).resolve().parents[2]

# which question it fails: its version, or whether it has venv
OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n'
THAT_TELLS = '#!/bin/sh\ncase "$*" in *" venv "*) printf "%s\\n" "$*" >&2; exit 1 ;; esac\n'


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


@pytest.fixture
def environment(tmp_path):
    folder = tmp_path / "handslag/.venv"
    venv.create(folder, symlinks=True, with_pip=False)
    (packages,) = folder.glob("lib/*/site-packages")
    (packages / "pip").mkdir()
    return folder


def test_an_environment_whose_python_is_gone_is_made_anew(bare, environment):
    (environment / "bin/python").unlink()
    (environment / "bin/python").symlink_to("/gone/python3")
    assert f"-m venv --clear {environment}\n" in bare(python3=THAT_TELLS).stderr


def test_an_environment_whose_python_became_another_is_made_anew(bare, environment):
    (found,) = (environment / "lib").iterdir()
    found.rename(environment / "lib/python3.9")
    assert f"-m venv --clear {environment}\n" in bare(python3=THAT_TELLS).stderr


def test_an_environment_that_was_cut_short_is_made_anew(bare, environment):
    (pip,) = environment.glob("lib/*/site-packages/pip")
    pip.rmdir()
    assert f"-m venv --clear {environment}\n" in bare(python3=THAT_TELLS).stderr


def test_an_environment_of_this_python_is_kept(bare, environment):
    assert "-m venv" not in bare(python3=THAT_TELLS).stderr


def test_a_user_of_its_own_starts_what_others_have_set_up(tmp_path, monkeypatch, capsys):
    """The code belongs to somebody else: nothing is to be changed, so nothing is written."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["setup"])
    (tmp_path / ".handslag.lock").mkdir()  # who runs the tests may be root, who may write any file
    assert setup.main() == 1
    assert capsys.readouterr().err == f"{ROOT} must be set up by who may write there: ./run setup\n"
    setup.stamp(setup.RUNTIME).touch()
    assert setup.main() == 0
