"""Phrases in templates: constant ones are part of the compiled template, others are formed with their values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blueprints.shared.filters import day, moment, when


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
        pytest.param('<a aria-label="{{ _("Säg \\"hej\\"") }}">', '<a aria-label="Säg "hej"">', id="quotes"),
    ],
)
def test_phrases(app, template, shown):
    with app.test_request_context():
        assert app.jinja_env.from_string(template).render(name="<i>") == shown


def test_a_constant_phrase_is_not_looked_up(app):
    compiled = app.jinja_env.compile('<p>{{ _("Spara kunden") }}</p>', raw=True)
    assert "<p>Spara kunden</p>" in compiled


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
