"""Intervals, tests, agreement and calibration against known answers and other implementations."""

from __future__ import annotations

import numpy as np
import pytest
from bantin_eval import agreement, calibration, uncertainty
from bantin_eval.match import Outcome
from bantin_eval.validate import Document
from hypothesis import given
from hypothesis import strategies as st

NAME = "spans/exact/micro"


def tallies(*rows: tuple[float, float, float]) -> list[dict]:
    """Documents by (right, predicted, gold)."""
    return [{NAME: [right, predicted, right, gold]} for right, predicted, gold in rows]


def test_f1_of_counts() -> None:
    counts = np.array([[3, 4, 3, 6], [0, 0, 0, 5], [0, 0, 0, 0]], dtype=float)
    assert uncertainty.f1(counts)[:2].tolist() == [pytest.approx(0.6), 0.0]
    assert np.isnan(uncertainty.f1(counts)[2])


def test_interval_is_that_of_scipy() -> None:
    """The percentile bootstrap of a ratio of sums, as scipy.stats.bootstrap makes it."""
    from scipy import stats

    chance = np.random.default_rng(1)
    gold = chance.integers(5, 40, 30)
    right = np.array([chance.binomial(n, 0.8) for n in gold])
    made = uncertainty.intervals(tallies(*zip(right, gold, gold, strict=True)), [NAME], 9999, 7, {})[NAME]["f"]
    theirs = stats.bootstrap((right, gold), lambda r, g, axis: r.sum(axis) / g.sum(axis), paired=True, vectorized=True, method="percentile", n_resamples=9999, random_state=7)
    assert made == pytest.approx([theirs.confidence_interval.low, theirs.confidence_interval.high], abs=0.004)


def test_the_seed_decides_and_one_document_has_no_interval() -> None:
    rows = tallies((3, 4, 6), (5, 5, 5), (1, 7, 3))
    assert uncertainty.intervals(rows, [NAME], 100, 1, {}) == uncertainty.intervals(rows, [NAME], 100, 1, {})
    assert uncertainty.intervals(rows[:1], [NAME], 100, 1, {})[NAME]["f"] is None


def test_coverage_of_the_interval() -> None:
    """Of 95 % intervals about 95 in 100 hold the truth (fewer with 30 documents; never as few as 85)."""
    chance = np.random.default_rng(5)
    held = 0
    for at in range(200):
        gold = chance.integers(5, 40, 30)
        right = np.array([chance.binomial(n, 0.8) for n in gold])
        low, high = uncertainty.intervals(tallies(*zip(right, gold, gold, strict=True)), [NAME], 300, at, {})[NAME]["f"]
        held += low <= 0.8 <= high
    assert 170 <= held <= 199


def test_two_equal_systems() -> None:
    rows = tallies((3, 4, 6), (5, 5, 5), (1, 7, 3))
    made = uncertainty.compare(rows, rows, [NAME], 200, 1)[NAME]
    assert made["difference"] == 0 and made["p"] == 1 and made["p_least"] == 1 and made["differ"] == 0
    assert made["p_bootstrap"] > 0.9


def test_exact_permutation_by_hand() -> None:
    """Three documents, B better on each: of 8 swaps two are as far apart, so p = 1/4, its least."""
    a = tallies((1, 4, 4), (2, 4, 4), (0, 4, 4))
    b = tallies((4, 4, 4), (3, 4, 4), (2, 4, 4))
    made = uncertainty.compare(a, b, [NAME], 1000, 1)[NAME]
    assert made["difference"] == pytest.approx(0.5)
    assert made["p"] == made["p_least"] == 0.25


def test_permutation_is_that_of_scipy() -> None:
    from scipy import stats

    chance = np.random.default_rng(3)
    gold = chance.integers(5, 40, 14)
    one, two = (np.array([chance.binomial(n, rate) for n in gold]) for rate in (0.7, 0.8))
    made = uncertainty.compare(tallies(*zip(one, gold, gold, strict=True)), tallies(*zip(two, gold, gold, strict=True)), [NAME], 2**14, 1)[NAME]

    def statistic(x, y, axis):
        return (y.sum(axis=axis) - x.sum(axis=axis)) / gold.sum()

    theirs = stats.permutation_test((one, two), statistic, permutation_type="samples", vectorized=True, n_resamples=np.inf)
    assert made["p"] == pytest.approx(theirs.pvalue, abs=1e-6)


def test_random_swaps_never_say_zero() -> None:
    a, b = tallies(*[(1, 9, 9)] * 40), tallies(*[(9, 9, 9)] * 40)
    made = uncertainty.compare(a, b, [NAME], 99, 1)[NAME]
    assert made["p"] == made["p_least"] == 0.01


# ---- agreement


def document(text: str, one: list[tuple], two: list[tuple]) -> Document:
    sides = [{"spans": [{"label": label, "start": s, "end": e} for label, s, e in spans]} for spans in (one, two)]
    return Document("d", text, sides[0], sides[1], "-")


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    made = document("x" * 40, [("PLACE", 0, 10), ("PLACE", 20, 25)], [("PLACE", 2, 12), ("PLACE", 30, 31)])
    one, two = np.zeros(40), np.zeros(40)
    one[0:10] = one[20:25] = two[2:12] = two[30:31] = 1
    assert agreement.agree([made], ["PLACE"], 10, 1)["PLACE"]["kappa"] == pytest.approx(cohen_kappa_score(one, two))


def test_kappa_of_an_empty_layer_is_not_applicable() -> None:
    assert agreement.agree([document("xxx", [], [])], ["PLACE"], 10, 1)["PLACE"]["kappa"] is None


# ---- calibration


def test_brier_and_threshold_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss, f1_score

    chance = np.random.default_rng(2)
    confidence = chance.random(200).round(2)
    right = chance.random(200) < confidence
    made = calibration.of(confidence, right, int(right.sum()) + 20)
    assert made["brier"] == pytest.approx(brier_score_loss(right, confidence))
    best = max(f1_score(np.append(right, np.ones(20)), np.append(confidence >= t, np.zeros(20))) for t in np.unique(confidence))
    assert made["best"]["f"] == pytest.approx(best)
    assert sum(row["count"] for row in made["reliability"]) == 200


def test_ece_of_perfect_and_of_boasting_confidence() -> None:
    right = np.array([True] * 90 + [False] * 10)
    assert calibration.of(np.full(100, 0.9), right, 90)["ece"] == pytest.approx(0)
    assert calibration.of(np.full(100, 1.0), right, 90)["ece"] == pytest.approx(0.1)


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
def test_bins_hold_all_and_never_part_equals(numbers: list[int]) -> None:
    confidence = np.array(numbers) / 8
    made = calibration.bins(confidence, 5)
    assert sorted(np.concatenate(made).tolist()) == list(range(len(numbers)))
    groups = [set(confidence[rows]) for rows in made]
    assert all(not (a & b) for i, a in enumerate(groups) for b in groups[:i])


def test_predictions_without_confidence_are_not_calibrated() -> None:
    span = {"label": "PLACE", "start": 0, "end": 2}
    assert calibration.calibrate([Outcome("COR", span, span)], ["PLACE"]) == {}
