"""What makes the pages a web app on a phone: manifest, service worker, and the page for when there is no network."""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Response, make_response, render_template, request

import languages
from blueprints.home import bp
from blueprints.shared.guards import public

REVALIDATED = "private, no-cache"  # asked for each time, answered by 304 while it is the same


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    return _file(render_template("home/manifest.webmanifest"), "application/manifest+json")


@bp.get("/sw.js")
@public
def worker() -> Response:
    """Served from the root: a worker answers for the addresses below its own."""
    answer = _file(_worker(languages.code()), "text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@bp.get("/utan-natet")
@public
def offline() -> str:
    """Fetched by the worker alone, which keeps it."""
    return render_template("home/offline.html")


@cache
def _worker(locale: str) -> str:
    """The script named by its content: each new release is another worker, which drops what the older one kept."""
    parts = offline(), render_template("home/sw.js", version="")
    version = hashlib.sha256("".join(parts).encode()).hexdigest()[:10]
    return render_template("home/sw.js", version=version)


def _file(text: str, mimetype: str) -> Response:
    answer = make_response(text)
    answer.mimetype = mimetype
    answer.headers["Cache-Control"] = REVALIDATED
    answer.add_etag()
    answer.make_conditional(request)
    return answer
