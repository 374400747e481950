"""What never changes is put into the templates when those are compiled, not worked out at each request.

A page says some hundred phrases, draws a dozen icons and names a dozen addresses; looked up one by one they took half
of its time. `{{ _("Spara") }}`, `{{ icon("back") }}` and `{{ url_for("quotes.new") }}` become plain text of the page.
A call with anything in it that is not constant is still made when the page is shown: `_("Hej %(name)s", name=...)`.
The environment speaks one language, that of the messages themselves: another language gets an environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import flask.templating
import markupsafe
from flask import Flask
from flask.sansio.app import App
from flask_wtf import FlaskForm
from jinja2 import FileSystemBytecodeCache, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape


class Changing(Exception):
    """The answer of a function that is otherwise constant depends on the request this time."""


class _Fold(NodeTransformer):
    def __init__(self, constant: dict[str, Callable[..., str]]) -> None:
        self.constant = constant

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in self.constant:
            return node
        if node.dyn_args or node.dyn_kwargs:
            return node
        try:
            args = [value.as_const() for value in node.args]
            kwargs = {pair.key: pair.value.as_const() for pair in node.kwargs}
            said = self.constant[node.node.name](*args, **kwargs)
        except (nodes.Impossible, Changing):
            return node
        constant = nodes.Const(str(said), lineno=node.lineno)
        # text without markup needs no mark, which would be made anew at each request
        is_plain = not isinstance(said, Markup) or escape(str(said)) == said
        return constant if is_plain else nodes.MarkSafe(constant, lineno=node.lineno)


def written(value: Any) -> str:
    """A value as it stands in a page: escaped, unless it is markup.

    markupsafe's `escape` also makes a Markup of it, five times as slow, which a page that is joined from it drops.
    """
    if type(value) is str:
        return markupsafe._escape_inner(value)  # type: ignore[attr-defined]  # the part of `escape` in C
    if type(value) is int:
        return str(value)
    return value if type(value) is Markup else escape(value)


class _Generator(CodeGenerator):
    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        """Where the compiled template would say `escape(`."""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.written(")
        if finalize.src is not None:
            self.write(finalize.src)


class Environment(flask.templating.Environment):
    """Flask's environment, with constant calls folded into the compiled templates."""

    code_generator_class = _Generator
    written = staticmethod(written)

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.constant: dict[str, Callable[..., str]] = {}
        self.made_from: list[object] = []  # what the constants' answers come from, besides the templates

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals as they are: a chain of mappings would be copied, key by key, for every part of a page."""
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        folded = _Fold(self.constant).visit(tree)
        assert isinstance(folded, nodes.Template)  # noqa: S101  (a template stays one)
        return folded


def fold(app: Flask, name: str, function: Callable[..., str], made_from: object) -> None:
    """Make a function known to the templates whose answer depends on its arguments and on `made_from` alone."""
    environment = of(app)
    environment.globals[name] = environment.constant[name] = function
    environment.made_from.append(made_from)


def of(app: Flask) -> Environment:
    assert isinstance(app.jinja_env, Environment)  # noqa: S101  (app.py chose it)
    return app.jinja_env


class Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder. One is compiled anew when its source or what was folded into it has changed."""

    def __init__(self, app: Flask, folder: Path) -> None:
        super().__init__(str(folder))
        addresses = sorted((rule.endpoint, rule.rule) for rule in app.url_map.iter_rules())
        self.salt = repr((of(app).made_from, addresses))  # the same in every process: no sets, no ids of objects

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + self.salt)


def _said(text: str, **values: object) -> Markup:
    if values:
        raise Changing
    return Markup(text.replace("%%", "%"))  # noqa: S704  (gettext formats every phrase; it may hold markup of ours)


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def register(app: Flask) -> None:
    """Phrases with values in them are their own translation too; called after Babel has put in its look-up."""
    app.config["WTF_I18N_ENABLED"] = False  # Flask-WTF reads WTForms' own words from disk for each form
    FlaskForm.Meta.locales = ["sv"]  # WTForms itself reads them once
    app.jinja_env.install_gettext_callables(str, _one_or_many, newstyle=True)  # type: ignore[attr-defined]
    of(app).constant["_"] = _said
    of(app).constant["url_for"] = lambda endpoint, **values: _address(app, endpoint, values)


def _address(app: Flask, endpoint: str, values: dict[str, Any]) -> str:
    """The path of a page. One that is named from where the request is (".show"), or in full, is not constant."""
    if endpoint.startswith(".") or any(name.startswith("_") for name in values):
        raise Changing
    return app.url_map.bind("").build(endpoint, values)
