"""Install what requirements.txt pins, and make the files that are unpacked rather than committed.

Run by ./run in the environment's own Python, with the standard library alone. When nothing changed it does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ["requirements.txt"]
DEVELOPMENT = ["requirements.txt", "requirements-dev.txt"]


def main() -> int:
    files = DEVELOPMENT if "--dev" in sys.argv[1:] else RUNTIME
    try:
        lock = (Path(sys.prefix) / ".handslag.lock").open("w")
    except OSError:  # a user of its own, whom the code is not for to change
        if is_installed(files) and make_files(errors=subprocess.DEVNULL):
            return 0
        print(f"{ROOT} must be set up by who may write there: ./run setup", file=sys.stderr)
        return 1
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two ./run at once: the second waits for the first
        if not is_installed(files) and not install(files):
            print("Could not install what Handslag needs; see pip's lines above.", file=sys.stderr)
            return 1
        return int(not make_files())


def make_files(errors: int | None = None) -> bool:
    commands = ([sys.executable, "-I", str(ROOT / "scripts" / name)] for name in ("assets.py", "catalogues.py"))
    return not any(subprocess.run(command, cwd=ROOT, stderr=errors).returncode for command in commands)


def stamp(files: list[str]) -> Path:
    """An empty file whose name holds the digest of what is installed."""
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return Path(sys.prefix) / f".handslag-{digest.hexdigest()[:16]}"


def is_installed(files: list[str]) -> bool:
    # the development set holds the other one
    return stamp(files).exists() or stamp(DEVELOPMENT).exists()


def install(files: list[str]) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-compile"]  # most of it is never imported
    for name in files:
        command += ["--requirement", name]
    if subprocess.run(command, cwd=ROOT).returncode:
        return False
    for old in Path(sys.prefix).glob(".handslag-*"):
        old.unlink()
    stamp(files).touch()
    return True


if __name__ == "__main__":
    raise SystemExit(main())
