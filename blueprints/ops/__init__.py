"""For who runs the installation: health, and the tables that quotes are computed by."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from services import rule_rows

bp = Blueprint("ops", __name__)


@bp.record_once
def _use_rules(state: BlueprintSetupState) -> None:
    rule_rows.load(state.app.config["SETTINGS"])


from blueprints.ops import firms, guard, incidents, routes, rules  # noqa: E402, F401  (they need bp)
from services import incident_letters  # noqa: E402, F401  (registers the letter, in the worker too)
