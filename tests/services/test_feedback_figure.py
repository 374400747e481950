"""The operator's figure: a count and a mean over the installation, and nothing that tells whose they are."""

from __future__ import annotations

import pytest

from extensions import db
from models import Feedback
from services import feedback_figure
from services.clock import utc_now


@pytest.fixture
def answer(make):
    """Answers of a firm's customers, one quote each."""

    def _answer(firm, *scores):
        customer = make.customer(firm)
        for score in scores:
            quote, now = make.quote(firm, customer, lines=False), utc_now()
            row = Feedback(
                firm_id=firm.id, quote_id=quote.id, score=score, text="Hemliga ord", given_at=now, changed_at=now
            )
            db.session.add(row)
        db.session.commit()

    return _answer


def test_few_answers_are_not_shown(make, answer):
    assert feedback_figure.of_installation() is None
    answer(make.firm(), 1, 2)
    answer(make.firm(), 5, 5)
    assert feedback_figure.of_installation() is None
    answer(make.firm(), 4)
    assert feedback_figure.of_installation() == (5, 34)


def test_the_sample_firm_does_not_count(make, answer):
    answer(make.firm(is_sample=True), 1, 1, 1, 1, 1, 1)
    assert feedback_figure.of_installation() is None


@pytest.mark.parametrize(("scores", "tenths"), [((5, 5, 5, 5, 4), 48), ((4, 4, 4, 4, 4, 4, 4, 5), 41), ((1,) * 5, 10)])
def test_the_mean_is_rounded_to_a_tenth(make, answer, scores, tenths):
    answer(make.firm(), *scores)
    assert feedback_figure.of_installation() == (len(scores), tenths)


def test_the_command_names_nobody(app, make, answer):
    firm = make.firm("Hemlig Snickeri")
    answer(firm, 3, 4)
    said = app.test_cli_runner().invoke(args=["feedback"])
    assert (said.exit_code, said.output) == (0, "Fewer than 5 answers: no figure is shown.\n")
    answer(firm, 5, 5, 4)
    said = app.test_cli_runner().invoke(args=["feedback"])
    assert said.output == "5 answers, 4.2 of 5 on average (1 hard, 5 easy to understand)\n"
    for secret in ("Hemlig", firm.public_id):
        assert secret not in said.output
