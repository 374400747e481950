"""Health: does the process answer, and can it serve? Open to anyone who watches, so it tells nothing else."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from blueprints.ops import bp
from blueprints.shared.guards import public
from services import readiness
from services.clock import utc_now


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return jsonify(process=True)


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    found = readiness.examine(utc_now())
    return jsonify(found), 200 if all(found.values()) else 503
