"""What holds for every quote: the sum is what is shown, VAT once per rate, no share above a limit."""

import random
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.deductions import Applicant
from domain.money import round_ore
from domain.quotes import Deduction, Line, LineKind, convert_price, line_total_ore, totals
from domain.rot_rut import caps, remaining_kr, split

RATES = (25, 12, 6)
DATES = st.sampled_from(
    [date(2025, 5, 11), date(2025, 5, 12), date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 20)]
)


@st.composite
def a_line(draw, key="1"):
    kind = draw(st.sampled_from(LineKind))
    return Line(
        key=key,
        quantity_milli=draw(st.integers(1, 999_999)),
        unit_price_ore=draw(st.integers(0, 2_000_000)),
        vat_percent=draw(st.sampled_from(RATES)),
        kind=kind,
        discount_bp=draw(st.one_of(st.just(0), st.integers(0, 10_000))),
        deduction=draw(st.sampled_from([None, Deduction.ROT, Deduction.RUT])),
        is_option=draw(st.booleans()),
    )


@st.composite
def some_lines(draw):
    return [draw(a_line(str(key))) for key in range(draw(st.integers(0, 12)))]


PEOPLE = st.lists(
    st.builds(Applicant, st.integers(0, 60_000), st.integers(0, 80_000), st.integers(1, 100)), min_size=1, max_size=4
)


@given(some_lines(), DATES, PEOPLE)
def test_including_vat_the_total_is_exactly_the_sum_of_the_lines_shown(lines, paid_on, people):
    result = totals(lines, basis="incl", paid_on=paid_on, applicants=people)
    assert result.gross_ore == result.lines_ore == sum(line_total_ore(line) for line in lines if not line.is_option)
    assert result.gross_ore == result.net_ore + result.vat_ore
    assert result.gross_ore == result.labour_ore + result.material_ore + result.other_ore
    for group in result.vat:
        assert group.vat_ore == round_ore(Fraction(group.gross_ore * group.rate_percent, 100 + group.rate_percent))
        assert group.net_ore + group.vat_ore == group.gross_ore


@given(some_lines(), DATES)
def test_excluding_vat_the_tax_is_taken_once_per_rate_on_the_sum(lines, paid_on):
    result = totals(lines, basis="excl", paid_on=paid_on)
    assert result.net_ore == result.lines_ore == sum(line_total_ore(line) for line in lines if not line.is_option)
    assert len({group.rate_percent for group in result.vat}) == len(result.vat)
    for group in result.vat:
        assert group.vat_ore == round_ore(Fraction(group.net_ore * group.rate_percent, 100))
    assert result.gross_ore == result.net_ore + result.vat_ore == sum(group.gross_ore for group in result.vat)


@given(some_lines(), st.sampled_from(["incl", "excl"]), DATES, PEOPLE)
def test_no_share_is_above_a_limit(lines, basis, paid_on, people):
    result = totals(lines, basis=basis, paid_on=paid_on, applicants=people)
    limit = caps(paid_on)
    asked = [0] * len(people)
    for share in result.deductions:
        assert sum(share.shares_kr) == share.amount_kr <= share.uncapped_kr
        assert share.base_kr <= share.labour_gross_ore / 100
        for place, (part, person) in enumerate(zip(share.applicants, people, strict=True)):
            asked[place] += part.requested_kr
            own_cap = limit.rot_kr if share.kind is Deduction.ROT else limit.rut_kr
            own_used = person.used_rot_kr if share.kind is Deduction.ROT else person.used_rut_kr
            assert part.requested_kr <= max(own_cap - own_used, 0)
            assert part.paid_kr + part.requested_kr == part.labour_kr
            if share.rate_percent == 30:
                assert 7 * part.requested_kr <= 3 * part.paid_kr
            else:
                assert part.requested_kr <= part.paid_kr
        if share.amount_kr:
            assert sum(part.labour_kr for part in share.applicants) == share.base_kr
    for total, person in zip(asked, people, strict=True):
        assert limit.combined_kr is not None
        assert total <= max(limit.combined_kr - person.used_rot_kr - person.used_rut_kr, 0)
    assert result.deduction_ore == 100 * sum(asked)
    assert 0 <= result.to_pay_ore == result.gross_ore - result.deduction_ore


@given(some_lines(), st.sampled_from(["incl", "excl"]), st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_lines_never_matters(lines, basis, discount_bp, shuffler: random.Random):
    mixed = list(lines)
    shuffler.shuffle(mixed)
    paid_on = date(2026, 12, 20)
    assert totals(mixed, basis=basis, paid_on=paid_on, discount_bp=discount_bp) == totals(
        lines, basis=basis, paid_on=paid_on, discount_bp=discount_bp
    )


@given(
    st.integers(0, 400_000),
    st.sampled_from([30, 50]),
    st.lists(st.tuples(st.integers(0, 75_000), st.integers(1, 50)), min_size=1, max_size=5),
)
def test_sharing_gives_up_less_than_a_krona_per_extra_buyer(labour_kr, rate, people):
    left, weights = [one[0] for one in people], [one[1] for one in people]
    parts = split(labour_kr, rate, left, weights)
    best = min(rate * labour_kr // 100, sum(left))
    assert best - (len(people) - 1) <= sum(part.requested_kr for part in parts) <= best


@given(some_lines(), st.sampled_from(["incl", "excl"]))
def test_an_option_picked_is_like_any_line(lines, basis):
    paid_on = date(2026, 12, 20)
    plain = [
        Line(x.key, x.quantity_milli, x.unit_price_ore, x.vat_percent, x.kind, x.discount_bp, x.deduction)
        for x in lines
    ]
    everything = totals(lines, basis=basis, paid_on=paid_on, picked={line.key for line in lines})
    assert everything == totals(plain, basis=basis, paid_on=paid_on)
    assert everything.options_ore == 0


@given(some_lines(), st.sampled_from(["incl", "excl"]), st.integers(0, 10_000))
def test_a_discount_on_all_is_what_the_sums_differ_by(lines, basis, discount_bp):
    result = totals(lines, basis=basis, paid_on=date(2026, 12, 20), discount_bp=discount_bp)
    after = result.labour_ore + result.material_ore + result.other_ore
    assert result.lines_ore - result.discount_ore == after
    assert after == (result.gross_ore if basis == "incl" else result.net_ore)


@given(st.integers(0, 10_000_000), st.sampled_from([25, 12, 6, 0]))
def test_a_price_converted_there_and_back_is_the_same(net_ore, vat_percent):
    gross_ore = convert_price(net_ore, vat_percent, from_basis="excl", to_basis="incl")
    assert convert_price(gross_ore, vat_percent, from_basis="incl", to_basis="excl") == net_ore


@given(st.sampled_from(["rot", "rut"]), DATES, st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_used_never_leaves_more(kind, paid_on, used_rot, used_rut):
    now = remaining_kr(kind, paid_on, used_rot, used_rut)
    assert 0 <= remaining_kr(kind, paid_on, used_rot + 1, used_rut) <= now
    assert 0 <= remaining_kr(kind, paid_on, used_rot, used_rut + 1) <= now
