"""The customer's side of a quote, reached by a mailed link."""

from flask import Blueprint

bp = Blueprint("deal", __name__)

from blueprints.deal import applicants, approve, ending, feedback, files, handing, lost, receipt, show, versions  # noqa: E402, F401  (routes need bp)
from services.deal import (  # noqa: E402, F401  (registers, in the worker too)
    agreement_letters,
    applicant_letters,
    ending_letters,
    farewell_letters,
    letters,
    party_letters,
    texts,
)
from services.signing import letters as signing_letters  # noqa: E402, F401  (registers its letters)
