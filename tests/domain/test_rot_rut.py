"""Rates, caps, shares and deadlines: both sides of each limit."""

from datetime import date

import pytest

from domain import rot_rut
from domain.rot_rut import NoRuleForDate, caps, rate_percent, remaining_kr, split


@pytest.mark.parametrize(
    ("kind", "on", "percent"),
    [
        ("rot", "2009-07-01", 50),
        ("rot", "2015-12-31", 50),
        ("rot", "2016-01-01", 30),
        ("rot", "2025-05-11", 30),
        ("rot", "2025-05-12", 50),
        ("rot", "2025-12-31", 50),
        ("rot", "2026-01-01", 30),
        ("rot", "2027-06-01", 30),
        ("rut", "2009-07-01", 50),
        ("rut", "2025-05-11", 50),
        ("rut", "2026-11-20", 50),
    ],
)
def test_rate_by_payment_date(kind, on, percent):
    assert rate_percent(kind, date.fromisoformat(on)) == percent


@pytest.mark.parametrize("kind", ["rot", "rut", "green"])
def test_no_rate_before_the_first_law(kind):
    with pytest.raises(NoRuleForDate):
        rate_percent(kind, date(2009, 6, 30))


def test_no_caps_before_the_table_begins():
    with pytest.raises(NoRuleForDate):
        caps(date(2015, 12, 31))


@pytest.mark.parametrize(
    ("kind", "on", "used_rot", "used_rut", "left"),
    [
        ("rot", "2026-06-01", 0, 0, 50000),
        ("rot", "2026-06-01", 0, 25000, 50000),
        ("rot", "2026-06-01", 0, 25001, 49999),
        ("rot", "2026-06-01", 50000, 0, 0),
        ("rot", "2026-06-01", 60000, 0, 0),
        ("rot", "2026-06-01", 0, 75000, 0),
        ("rut", "2026-06-01", 50000, 0, 25000),
        ("rut", "2026-06-01", 0, 74999, 1),
        ("rot", "2024-06-30", 0, 75000, 0),
        ("rot", "2024-07-01", 0, 75000, 75000),
        ("rot", "2024-12-31", 0, 75000, 75000),
        ("rot", "2025-01-01", 0, 75000, 0),
        ("rut", "2018-12-31", 0, 0, 25000),
        ("rut", "2019-01-01", 0, 0, 50000),
        ("rut", "2020-12-31", 0, 0, 50000),
        ("rut", "2021-01-01", 0, 0, 75000),
    ],
)
def test_what_is_left_of_the_year(kind, on, used_rot, used_rut, left):
    assert remaining_kr(kind, date.fromisoformat(on), used_rot, used_rut) == left


def test_from_65_rut_was_larger_through_2018():
    assert remaining_kr("rut", date(2018, 12, 31), 0, 0, aged_65=True) == 50000


@pytest.mark.parametrize(
    ("labour", "rate", "left", "weights", "requested", "labours"),
    [
        pytest.param(26000, 30, [50000], [1], [7800], [26000], id="one buyer"),
        pytest.param(60000, 30, [50000, 50000], [60, 40], [10800, 7200], [36000, 24000], id="60/40"),
        pytest.param(33350, 30, [50000, 50000], [1, 1], [5003, 5001], [16679, 16671], id="odd kronor give one up"),
        pytest.param(50000, 30, [5000, 50000], [1, 1], [5000, 9999], [16669, 33331], id="one has little left"),
        pytest.param(50000, 30, [3000, 4000], [1, 1], [3000, 4000], [21429, 28571], id="too little together"),
        pytest.param(50000, 30, [0, 50000], [1, 1], [0, 15000], [0, 50000], id="one has nothing left"),
        pytest.param(50000, 30, [50000, 50000], [1, 0], [15000, 0], [50000, 0], id="a weight of nothing"),
        pytest.param(50000, 30, [0, 0], [1, 1], [0, 0], [0, 0], id="nobody has anything left"),
        pytest.param(125, 50, [75000], [1], [62], [125], id="rut drops the half krona"),
        pytest.param(0, 30, [50000], [1], [0], [0], id="no labour"),
        pytest.param(7, 50, [10, 10, 10], [1, 1, 1], [1, 1, 1], [3, 2, 2], id="three share three kronor"),
    ],
)
def test_shares(labour, rate, left, weights, requested, labours):
    parts = split(labour, rate, left, weights)
    assert [part.requested_kr for part in parts] == requested
    assert [part.labour_kr for part in parts] == labours


@pytest.mark.parametrize(
    ("paid_on", "last_day"),
    [
        ("2025-12-31", "2026-02-02"),
        ("2026-01-01", "2027-02-01"),
        ("2026-12-31", "2027-02-01"),
        ("2027-01-01", "2028-01-31"),
    ],
)
def test_last_day_of_the_request(paid_on, last_day):
    assert rot_rut.request_deadline(date.fromisoformat(paid_on)) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("today", "year"),
    [("2026-02-02", 2024), ("2026-02-03", 2025), ("2027-02-01", 2025), ("2027-02-02", 2026), ("2027-12-31", 2026)],
)
def test_a_year_is_closed_after_its_last_day_of_requests(today, year):
    assert rot_rut.last_closed_year(date.fromisoformat(today)) == year


@pytest.mark.parametrize(
    ("born", "paid_on", "old_enough"),
    [("2008-12-31", "2026-01-02", True), ("2009-01-01", "2026-12-31", False), ("2009-01-01", "2027-01-01", True)],
)
def test_eighteen_in_the_year_of_payment(born, paid_on, old_enough):
    assert rot_rut.is_old_enough(date.fromisoformat(born), date.fromisoformat(paid_on)) is old_enough


def test_work_types_in_the_order_of_the_schema():
    assert [work.element for work in rot_rut.work_types("rot")] == [
        "Bygg",
        "El",
        "GlasPlatarbete",
        "MarkDraneringarbete",
        "Murning",
        "MalningTapetsering",
        "Vvs",
    ]
    assert len(rot_rut.work_types("rut")) == 13


@pytest.mark.parametrize(("on", "counts"), [("2020-12-31", False), ("2021-01-01", True)])
def test_a_work_type_counts_from_its_first_day(on, counts):
    codes = {work.code for work in rot_rut.work_types("rut", date.fromisoformat(on))}
    assert ("moblering" in codes) is counts


def test_labour_share_of_fixed_prices():
    assert rot_rut.schablon_percents(date(2026, 6, 1))["varmepump_berg_jord_sjo"] == 35
    assert rot_rut.fixed_price_labour_kr(16000000, 35) == 56000
