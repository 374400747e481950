"""Templates: constant phrases, icons and addresses are compiled in, others are formed with their values."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime

import pytest

from blueprints.shared.filters import day, moment, when
from blueprints.shared.folding import Compiled, of


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        pytest.param('{{ _("Spara") }}', "Spara", id="constant"),
        pytest.param('{{ _("ROT & RUT") }}', "ROT & RUT", id="our own markup stays"),
        pytest.param('{{ _("<b>Spara</b>") }}', "<b>Spara</b>", id="with a tag"),
        pytest.param('{{ _("25 %%") }}', "25 %", id="percent sign"),
        pytest.param('{{ _("Hej %(name)s", name=name) }}', "Hej &lt;i&gt;", id="with a value, escaped"),
        pytest.param('{{ _("Spara") ~ name }}', "Spara&lt;i&gt;", id="joined with a value"),
        pytest.param("{{ _(name) }}", "<i>", id="not constant"),
        pytest.param('{{ url_for("quotes.index", visa="alla") }}', "/offerter?visa=alla", id="an address"),
        pytest.param('{{ url_for("quotes.show", n=name|length) }}', "/offerter/3", id="an address with a value"),
        pytest.param(
            '{{ url_for("quotes.show", n=7, sida="a&b", q=1) }}', "/offerter/7?sida=a%26b&amp;q=1", id="escaped"
        ),
        pytest.param(
            '{{ url_for("deal.pick", deal_id="a/" ~ name ~ "&å") }}', "/o/a/%3Ci%3E&amp;%C3%A5/tillval", id="quoted"
        ),
        pytest.param(
            '{{ url_for("quotes.show", n=name|length, q=name) }}', "/offerter/3?q=%3Ci%3E", id="more than a path"
        ),
        pytest.param("{{ brand()|length > 50 }}", "True", id="the mark"),
        pytest.param('<a aria-label="{{ _("Säg \\"hej\\"") }}">', '<a aria-label="Säg "hej"">', id="quotes"),
    ],
)
def test_phrases(app, template, shown):
    with app.test_request_context():
        assert app.jinja_env.from_string(template).render(name="<i>") == shown


def test_what_is_constant_is_not_looked_up(app):
    compiled = app.jinja_env.compile('<a href="{{ url_for("quotes.new") }}">{{ _("Spara kunden") }}</a>', raw=True)
    assert '<a href="/offerter/ny">Spara kunden</a>' in compiled


def test_an_address_is_put_together_from_its_pattern(app):
    asked = '{{ url_for("quotes.copy_line", n=n, line_n=m) if n else url_for("deal.show", deal_id=n, _anchor="x") }}'
    with app.test_request_context():
        address = app.jinja_env.from_string(asked).render(n=3, m=4)
    assert address == app.url_map.bind("").build("quotes.copy_line", {"n": 3, "line_n": 4})
    assert "copy_line" not in app.jinja_env.compile(asked, raw=True)


def test_an_icon_is_drawn_alike_compiled_and_shown(app):
    with app.test_request_context():
        drawn = app.jinja_env.from_string(
            '{{ icon("mark", small=True, cls="x") }}{{ icon(name, small=True, cls="x") }}'
        )
        first, second = drawn.render(name="mark").split("</svg>")[:2]
    assert first == second
    assert first.startswith(
        '<svg class="icon icon-s heavy x" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5l8 14'
    )


def test_a_changed_file_compiles_its_pages_anew(app, tmp_path):
    before = Compiled(app, tmp_path)
    same = Compiled(app, tmp_path)
    of(app).made_from.append("another stylesheet")
    after = Compiled(app, tmp_path)
    of(app).made_from.pop()
    sums = [cache.get_source_checksum("<p>") for cache in (before, same, after)]
    assert sums[0] == sums[1] != sums[2]


def test_on_a_full_disk_pages_are_shown_all_the_same(app, tmp_path, monkeypatch):
    def full(*_rest, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    cache = Compiled(app, tmp_path)
    bucket = cache.get_bucket(of(app), "page.html", None, "<p>")
    bucket.code = compile("1", "page.html", "eval")
    cache.set_bucket(bucket)
    assert list(tmp_path.iterdir()) == []


NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 20, 7, 5, tzinfo=UTC), "i dag 08.05"),
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), "i dag 00.30"),
        (datetime(2026, 11, 19, 22, 59, tzinfo=UTC), "i går 23.59"),
        (datetime(2026, 11, 16, 8, 0, tzinfo=UTC), "måndag 09.00"),
        (datetime(2026, 11, 13, 8, 0, tzinfo=UTC), "13\u00a0november"),
        (datetime(2025, 12, 1, 8, 0, tzinfo=UTC), "1\u00a0december 2025"),
        (None, ""),
    ],
)
def test_when(app, time_machine, at, shown):
    time_machine.move_to(NOW)
    with app.test_request_context():
        assert when(at) == shown


def test_day_and_moment(app, time_machine):
    time_machine.move_to(NOW)
    with app.test_request_context():
        assert day("2026-12-18") == "18\u00a0december"
        assert moment(NOW) == "20\u00a0november 2026 kl.\u00a013.00"


def test_compiled_templates_are_found_again_by_another_process(app, tmp_path):
    """Hashes of text differ between processes, and with them the order of sets."""
    asked = "from app import create_app; from blueprints.shared.folding import Compiled; from config import Settings; "
    asked += (
        "from pathlib import Path; import sys; path = Path(sys.argv[1]); app = create_app(Settings(DATA_DIR=path)); "
    )
    asked += "print(Compiled(app, path).salt)"
    salts = {
        subprocess.run(
            [sys.executable, "-c", asked, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=app.root_path,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(salts) == 1
