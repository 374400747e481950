"""Addresses are compiled both ways: to find a view, at the start; to name one, when it is first named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule


class Address(Rule):
    """A rule whose `url_for` is compiled by its first use.

    Werkzeug compiles two builders for each rule as it is added, which took a tenth of the start; most pages never ask
    for most of them.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(Address, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build


def register(app: Flask) -> None:
    app.url_rule_class = Address
