"""What operators read names every setting and every job, and nothing that is not there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from config import Settings
from jobs import schedule

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_setting_is_documented_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]*) \|", (DOCS / "settings.md").read_text(), flags=re.M))
    assert set(rows) == {setting.name for setting in fields(Settings)}
    for setting in fields(Settings):
        shown = rows[setting.name].strip().strip("`")
        if isinstance(setting.default, bool):
            assert shown == ("on" if setting.default else "off"), setting.name
        elif isinstance(setting.default, int) or (setting.default and isinstance(setting.default, str)):
            assert shown == str(setting.default), setting.name


def test_every_job_is_documented_with_its_time():
    rows = dict(
        re.findall(
            r"^\| `([a-z_]+)` \| (every minute|hourly|daily|nightly)", (DOCS / "operations.md").read_text(), flags=re.M
        )
    )
    assert rows == {name: when.__name__.replace("_", " ") for name, when in schedule.WHEN.items()}
