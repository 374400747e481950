"""What never changes is put into the templates when those are compiled, not worked out at each request.

A page says some hundred phrases, draws a dozen icons and names a dozen addresses; looked up one by one they took half
of its time. `{{ _("Spara") }}`, `{{ icon("back") }}` and `{{ url_for("quotes.new") }}` become plain text of the page.
Of one with values in it, `_("Hej %(name)s", name=...)`, the text is compiled in, and the values are put between.
An environment speaks one language: each has one of its own, which shares all but the compiled templates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from urllib.parse import quote

import flask.templating
import markupsafe
from flask import Flask
from flask.sansio.app import App
from flask_wtf import FlaskForm
from jinja2 import FileSystemBytecodeCache, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

import languages
from languages import SWEDISH

VARIABLE = re.compile("<(?:int:|string:)?([a-z_]+)>")  # of an address
VALUE = re.compile(r"%\(([a-z_]+)\)s")  # of a phrase
SPECIAL = re.compile(r"%%\(|%(?!%|\([a-z_]+\)s)(?<!%%)")  # of a phrase that is formed otherwise


class Changing(Exception):
    """The answer of a function that is otherwise constant depends on the request this time."""


class _Fold(NodeTransformer):
    def __init__(self, environment: Environment) -> None:
        self.environment, self.constant, self.paths = environment, environment.constant, environment.paths
        self.texts = languages.LANGUAGES[environment.language].texts

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        """A part with a constant name is compiled in its place, where it sees and sets the same names as before."""
        name = node.template
        if not isinstance(name, nodes.Const) or node.ignore_missing or not node.with_context:
            return node
        part = self.environment.parsed(name.value)
        has_blocks = any(part.find(kind) for kind in (nodes.Block, nodes.Extends))
        return node if has_blocks else nodes.Scope(part.body, lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or not (node.node.name == "_" or node.node.name in self.constant):
            return node
        if node.dyn_args or node.dyn_kwargs:
            return node
        try:
            args = [value.as_const() for value in node.args]
            kwargs = {pair.key: pair.value.as_const() for pair in node.kwargs}
            said = (
                self._said(*args, **kwargs) if node.node.name == "_" else self.constant[node.node.name](*args, **kwargs)
            )
        except (nodes.Impossible, Changing):
            parts = self._parts(node.node.name, node)
            return nodes.Concat(parts, lineno=node.lineno) if parts else node
        constant = nodes.Const(str(said), lineno=node.lineno)
        # text without markup needs no mark, which would be made anew at each request
        is_plain = not isinstance(said, Markup) or escape(str(said)) == said
        return constant if is_plain else nodes.MarkSafe(constant, lineno=node.lineno)

    def _said(self, text: str, **values: object) -> Markup:
        if values:
            raise Changing
        # gettext formats every phrase; it may hold markup of ours
        return Markup(self.texts.get(text, text).replace("%%", "%"))  # noqa: S704  (a text of the catalogue, ours)

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        """What is joined from parts only to be written is written part by part."""
        self.generic_visit(node)
        flat: list[nodes.Expr] = []
        for child in node.nodes:
            flat += child.nodes if isinstance(child, nodes.Concat) else [child]
        node.nodes = flat
        return node

    def _parts(self, name: str, call: nodes.Call) -> list[nodes.Expr]:
        """The text of a phrase or address with values in it, and the values: "/o/", id, "/nej". [] if it is neither."""
        values = {pair.key: pair.value for pair in call.kwargs}
        told = call.args[0].value if len(call.args) == 1 and isinstance(call.args[0], nodes.Const) else ""
        if name == "url_for":
            pieces, values = VARIABLE.split(self.paths.get(told, "")), {key: _in_path(values[key]) for key in values}
        elif name == "_" and not SPECIAL.search(told := self.texts.get(told, told)):
            pieces = [text.replace("%%", "%") for text in VALUE.split(told)]
        else:
            return []
        if not told or set(pieces[1::2]) != set(values):
            return []
        parts: list[nodes.Expr] = []
        for at, piece in enumerate(pieces):
            if at % 2:
                parts.append(values[piece])
            elif piece:
                parts.append(nodes.MarkSafe(nodes.Const(piece, lineno=call.lineno), lineno=call.lineno))
        return parts


def _in_path(value: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(value, "in_path", [], [], None, None, lineno=value.lineno)


def in_path(value: object) -> str:
    """A value as a part of an address, as werkzeug's converters write it."""
    return quote(str(value), safe="!$&'()*+,/:;=@")


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


_PLAIN = {FunctionType, MethodType, BuiltinFunctionType, type}


class _Context(Context):
    def call(self, called: Any, *args: Any, **kwargs: Any) -> Any:
        """Macros and plain functions at once; Jinja looks for marks on each first, as long as the call takes."""
        if type(called) is Macro:
            if kwargs:
                kwargs.pop("_block_vars", None)
                kwargs.pop("_loop_vars", None)
            if called.catch_varargs or called.caller or called.explicit_caller:
                return called(*args, **kwargs)
            given = len(args)
            if given < called._argument_count:  # the rest by name, or left to the macro's defaults
                args += tuple([kwargs.pop(name, missing) for name in called.arguments[given:]])
            if called.catch_kwargs:
                args += (kwargs,)
            elif kwargs:
                return called(*args, **kwargs)  # which says what is wrong
            if given > called._argument_count:
                return called(*args)  # likewise
            return Markup(called._func(*args))  # noqa: S704  (its text was escaped where it was written)
        if type(called) in _PLAIN and not hasattr(called, "jinja_pass_arg"):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class Environment(flask.templating.Environment):
    """Flask's environment, with constant calls folded into the compiled templates."""

    code_generator_class = _Generator
    context_class = _Context
    written = staticmethod(written)
    language = SWEDISH

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.app = app
        self.constant: dict[str, Callable[..., str]] = {}
        self.made_from: list[object] = []  # what the constants' answers come from, besides the templates
        self.filters["in_path"] = in_path

    def speaking(self, code: str) -> Environment:
        """An environment like this one in every way, in another language."""
        other = self.overlay()
        other.language = code
        return other

    @cached_property
    def paths(self) -> dict[str, str]:
        """The pattern of each page's address, of those that have but one. Asked for when all routes are there."""
        found: dict[str, list[str]] = {}
        for rule in self.app.url_map.iter_rules():
            found.setdefault(rule.endpoint, []).append(rule.rule)
        return {endpoint: rules[0] for endpoint, rules in found.items() if len(rules) == 1}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Of a dict its item: to look for an attribute first, as Jinja does, raises an exception each time."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals as they are: a chain of mappings would be copied, key by key, for every part of a page."""
        return super().make_globals(d) if d else self.globals

    def parsed(self, name: str) -> nodes.Template:
        """A template's tree, folded."""
        assert self.loader is not None  # noqa: S101  (Flask gives one)
        source, filename, _is_current = self.loader.get_source(self, name)
        return self._parse(source, name, filename)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        folded = _Fold(self).visit(tree)
        assert isinstance(folded, nodes.Template)  # noqa: S101  (a template stays one)
        return folded


class Environments(dict[str, Environment]):
    """The environment of each language, by its code; all are made from the first when they are first asked for."""

    def __missing__(self, code: str) -> Environment:
        self[code] = self[SWEDISH].speaking(code)
        return self[code]


def fold(app: Flask, name: str, function: Callable[..., str], made_from: object) -> None:
    """Make a function known to the templates whose answer depends on its arguments and on `made_from` alone."""
    environment = of(app)
    environment.globals[name] = environment.constant[name] = function
    environment.made_from.append(made_from)


def of(app: Flask) -> Environment:
    assert isinstance(app.jinja_env, Environment)  # noqa: S101  (app.py chose it)
    return app.jinja_env


class Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder, all made anew when one of them, this file or what was folded in has changed."""

    def __init__(self, app: Flask, folder: Path) -> None:
        super().__init__(str(folder))
        environment = of(app)
        assert environment.loader is not None  # noqa: S101  (Flask gives one)
        addresses = sorted((rule.endpoint, rule.rule) for rule in app.url_map.iter_rules())
        made_from = hashlib.sha256(repr((environment.made_from, addresses)).encode())  # alike in each process: no sets
        catalogues = [language.catalogue for language in languages.LANGUAGES.values() if language.catalogue]
        templates = [Path(app.root_path, "templates", name) for name in sorted(environment.list_templates())]
        for file in (Path(__file__), *catalogues, *templates):
            content = file.read_bytes()
            made_from.update(f"\0{file.name} {len(content)}\0".encode() + content)
        self.salt = made_from.hexdigest()

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        return super().get_bucket(environment, f"{environment.language}:{name}", filename, source)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + self.salt)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # on a full disk a page costs its compiling each time, and is shown
            super().dump_bytecode(bucket)


def register(app: Flask) -> None:
    """Say phrases, and form addresses, with what is known when templates are compiled."""
    app.config["WTF_I18N_ENABLED"] = False  # Flask-WTF reads WTForms' own words from disk for each form
    FlaskForm.Meta.locales = ["sv"]  # WTForms itself reads them once; every field of ours has words of its own
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        languages.gettext, languages.ngettext, newstyle=True
    )
    of(app).constant["url_for"] = lambda endpoint, **values: _address(app, endpoint, values)


def _address(app: Flask, endpoint: str, values: dict[str, Any]) -> str:
    """The path of a page. One that is named from where the request is (".show"), or in full, is not constant."""
    if endpoint.startswith(".") or any(name.startswith("_") for name in values):
        raise Changing
    return app.url_map.bind("").build(endpoint, values)
