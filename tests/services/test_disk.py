"""What processes that share a folder do one at a time."""

from __future__ import annotations

import fcntl
import os

import pytest

from services import disk


def test_alone_keeps_others_out_until_it_is_left(tmp_path):
    other = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(ValueError, match="cut off"), disk.alone(tmp_path):
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        raise ValueError("cut off")
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
