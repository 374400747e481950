"""Constant words are put into the templates when those are compiled, not looked up at each request.

A page says some hundred phrases; looked up one by one they took half of its time. `{{ _("Spara") }}` becomes plain
text of the page; a phrase with values in it, `_("Hej %(name)s", name=...)`, is still formed when it is shown. The
environment speaks one language, that of the messages themselves: another language gets an environment of its own.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import flask.templating
from flask import Flask
from flask_wtf import FlaskForm
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import escape


class _Fold(NodeTransformer):
    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name != "_" or len(node.args) != 1:
            return node
        (text,) = node.args
        if node.kwargs or node.dyn_args or node.dyn_kwargs or not isinstance(text, nodes.Const):
            return node
        said = str(text.value).replace("%%", "%")  # gettext formats every phrase, also without values
        constant = nodes.Const(said, lineno=node.lineno)
        # a phrase may hold markup of ours; one without needs no mark, which would be made anew at each request
        return constant if escape(said) == said else nodes.MarkSafe(constant, lineno=node.lineno)


class Environment(flask.templating.Environment):
    """Flask's environment, with constant phrases folded into the compiled templates."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals as they are: a chain of mappings would be copied, key by key, for every part of a page."""
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        folded = _Fold().visit(tree)
        assert isinstance(folded, nodes.Template)  # noqa: S101  (a template stays one)
        return folded


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def register(app: Flask) -> None:
    """Phrases with values in them are their own translation too; called after Babel has put in its look-up."""
    app.config["WTF_I18N_ENABLED"] = False  # Flask-WTF reads WTForms' own words from disk for each form
    FlaskForm.Meta.locales = ["sv"]  # WTForms itself reads them once
    app.jinja_env.install_gettext_callables(str, _one_or_many, newstyle=True)  # type: ignore[attr-defined]
