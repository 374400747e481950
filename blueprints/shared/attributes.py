"""What each form of a page needs, in a fifth of the time that WTForms takes: the attributes of its fields, its token.

WTForms formats each attribute through Markup.format, which parses its pattern anew each time: half the time of a page
with a form. The text that comes out is the same; tests/routes/test_attributes.py compares the two. Flask-WTF reads its
settings anew each time a page says the token.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import Field, FieldList, FormField, Label
from wtforms.widgets import Input, core

from blueprints.shared.folding import written

_NEVER = dict.fromkeys(("required", "maxlength", "minlength", "min", "max"), False)


def html_params(**given: Any) -> Markup:
    """Attributes sorted by name: True is a bare name, False is left out, `data_` and `aria_` get hyphens."""
    parts: list[str] = []
    for name, value in sorted(given.items()):
        if value is True:
            parts.append(_name(name))
        elif value is not False:
            parts.append(f'{_name(name)}="{written(value) if type(value) is str else _quoted(value)}"')
    return Markup(" ".join(parts))  # noqa: S704  (each part is escaped above)


@lru_cache(maxsize=256)
def _name(name: str) -> str:
    """As it stands in a page; templates and forms name some dozens."""
    return str(escape(core.clean_key(name)))  # type: ignore[attr-defined]  # its types leave it out


def _quoted(value: object) -> str:
    return str(escape(value)).replace('"', "&quot;")


def _input(widget: Input, field: Any, **given: Any) -> Markup:
    """WTForms' Input without what no field of ours has: a list of suggestions. `dir(flags)` is half its time."""
    attributes = {"id": field.id, "type": widget.input_type, **given, "name": field.name}
    if "value" not in given:
        attributes["value"] = field._value()
    for name, value in vars(field.flags).items():
        if name in widget.validation_attrs and name not in given:
            attributes[name] = value() if callable(value) else value
    return Markup(f"<input {html_params(**attributes)}>")  # noqa: S704


def _render_field(meta: object, field: Any, render_kw: dict[str, Any]) -> Markup:
    """html_params cleans the names: not once more here."""
    return field.widget(field, **{**(field.render_kw or {}), **render_kw})  # type: ignore[no-any-return]


def _bind_field(meta: Any, form: Any, unbound: Any, options: dict[str, Any]) -> Any:
    """A field of a form: made once for the class, then a copy, with what belongs to this form alone.

    What a form may change in place (its label's id) is its own; the rest it replaces. Fields of fields are made anew.
    """
    made = unbound.__dict__.get("made")
    if made is None:
        made = unbound.bind(form=form, **options)
        if isinstance(made, FieldList | FormField):
            return made
        unbound.made = made
    field = object.__new__(type(made))
    field.__dict__.update(made.__dict__, meta=meta, _form=form, label=Label(made.id, made.label.text))
    return field


def csrf_token() -> str:
    """The token of the request, made once."""
    token: str | None = g.get("csrf_token")
    return token or generate_csrf()


def control(field: Field, given: dict[str, Any], hint: object, cls: str) -> Markup:
    """The control of a field, and which words beside it tell of it: its error, its hint.

    `required` and lengths are never sent: they cut text and speak the browser's language.
    """
    attributes: dict[str, Any] = {**_NEVER, "class": cls}
    told = [f"{field.id}-e"] if field.errors else []
    if field.errors:
        attributes["aria-invalid"] = "true"
    if hint:
        told.append(f"{field.id}-h")
    if told:
        attributes["aria-describedby"] = " ".join(told)
    return field(**attributes | given)


def register(app: Flask) -> None:
    FlaskForm.Meta.csrf = False  # CSRFProtect has checked every POST before a form is made
    app.jinja_env.globals.update(control=control, csrf_token=csrf_token)
    FlaskForm.Meta.render_field = _render_field
    FlaskForm.Meta.bind_field = _bind_field
    core.html_params = html_params
    Input.__call__ = _input  # type: ignore[method-assign, assignment]
    Input.html_params = staticmethod(html_params)  # type: ignore[method-assign]  # on purpose: it is in its place
