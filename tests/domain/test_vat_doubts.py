"""Who accounts for the VAT of a quote to a company: what to look at before it goes."""

import pytest

from domain.quotes import Line, LineKind
from domain.reverse_charge import VatDoubt, doubts, is_usual

ANSWERS = ("yes", "no", "unknown")
LABOUR = [Line("1", 1000, 10_000, 25, LineKind.LABOUR), Line("2", 1000, 10_000, 25, LineKind.MATERIAL)]
GOODS = LABOUR[1:]


@pytest.mark.parametrize(
    ("lines", "sells", "reverse", "expected"),
    [
        (LABOUR, "yes", True, []),
        (LABOUR, "no", False, []),
        (LABOUR, "unknown", False, [VatDoubt.NOT_KNOWN]),
        (LABOUR, "yes", False, [VatDoubt.VAT_TO_BUILDER]),
        (LABOUR, "no", True, [VatDoubt.NOT_BUILDER]),
        (GOODS, "yes", False, []),
        (GOODS, "unknown", False, []),
        (GOODS, "yes", True, [VatDoubt.ONLY_GOODS]),
        (GOODS, "unknown", True, [VatDoubt.ONLY_GOODS, VatDoubt.NOT_BUILDER]),
        ([], "unknown", True, []),
    ],
)
def test_a_company(lines, sells, reverse, expected):
    assert doubts(lines, customer_kind="company", sells_construction=sells, reverse_charge=reverse) == expected


@pytest.mark.parametrize("kind", ["private", "association", None])
@pytest.mark.parametrize("sells", ANSWERS)
def test_others_never(kind, sells):
    assert doubts(LABOUR, customer_kind=kind, sells_construction=sells, reverse_charge=False) == []
    assert not is_usual(kind or "", sells)


def test_usual_for_a_company_that_says_yes():
    assert [is_usual("company", sells) for sells in ANSWERS] == [True, False, False]
