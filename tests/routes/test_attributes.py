"""Attributes of fields come out as WTForms itself writes them."""

from __future__ import annotations

import importlib.util

import pytest
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import fields
from wtforms.validators import DataRequired, Length
from wtforms.widgets import core

from blueprints.shared.attributes import html_params


@pytest.fixture(scope="module")
def original():
    spec = importlib.util.find_spec("wtforms.widgets.core")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id": "a", "name": "b", "class_": "input num", "value": ""},
        {"checked": True, "readonly": False, "required": True},
        {"data_keep": True, "data_show_as": "x", "aria_describedby": "a b"},
        {"hx-post": "/a?b=1&c=2", "value": '"><script>alert(1)</script>'},
        {"value": Markup('<b title="x">')},
        {"value": "it's"},
        {"rows": 3, "maxlength": None},
        {'x" onclick="y': "z"},
    ],
)
def test_same_as_the_original(original, given):
    assert str(html_params(**given)) == str(original.html_params(**given))


@pytest.mark.parametrize("kind", ["StringField", "HiddenField", "BooleanField", "IntegerField", "PasswordField"])
@pytest.mark.parametrize("given", [{}, {"class_": "input", "data_keep": True}, {"value": "x", "maxlength": False}])
def test_inputs_are_the_same(app, original, kind, given):
    class Sample(FlaskForm):
        field = getattr(fields, kind)(validators=[DataRequired(), Length(max=7)], render_kw={"title": "<t>"})

    with app.test_request_context("/", method="POST", data={"field": "7"}):
        ours = Sample().field
        theirs = getattr(original, type(ours.widget).__name__)()
        merged = {**{"title": "<t>"}, **{original.clean_key(name): value for name, value in given.items()}}
        assert sorted(str(ours(**given)).split()) == sorted(str(theirs(ours, **merged)).split())


def test_it_is_in_use(app):
    assert core.html_params is html_params
    assert core.Input.html_params is html_params
