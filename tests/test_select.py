"""The choice among overlapping candidates: against every subset, and its small print."""

import math
from itertools import combinations, pairwise

import pytest
from bantin.reading import Candidate
from bantin.select import log_odds, select
from hypothesis import given
from hypothesis import strategies as st


def make(start: int, end: int, probability: float, rule: str = "r") -> Candidate:
    candidate = Candidate("DATE", start, end, rule, {"of": (start, end)})
    candidate.probability = probability
    return candidate


CANDIDATES = st.lists(st.builds(make, st.integers(0, 9), st.integers(1, 4), st.integers(0, 20).map(lambda n: n / 20)).map(lambda c: make(c.start, c.start + c.end, c.probability)), max_size=8)


def weight(chosen, floor: float) -> float:
    return sum(log_odds(c.probability if isinstance(c, Candidate) else c.confidence) - floor for c in chosen)


@given(CANDIDATES, st.sampled_from([0.3, 0.5, 0.7]))
def test_no_set_without_overlaps_weighs_more(candidates, threshold):
    floor = log_odds(threshold)
    chosen = select(candidates, threshold)
    assert all(a.end <= b.start for a, b in pairwise(chosen))
    above = [c for c in candidates if c.probability > threshold]
    assert {(s.start, s.end, s.confidence) for s in chosen} <= {(c.start, c.end, c.probability) for c in above}
    best = max(
        weight(some, floor)
        for size in range(len(above) + 1)
        for some in combinations(above, size)
        if all(a.end <= b.start or b.end <= a.start for a, b in combinations(some, 2))
    )
    assert weight(chosen, floor) == pytest.approx(best)


def test_two_surer_halves_stand_against_a_whole_and_yield_to_a_better_one():
    halves = [make(0, 3, 0.8), make(3, 6, 0.8)]
    assert [(s.start, s.end) for s in select([make(0, 6, 0.9), *halves])] == [(0, 3), (3, 6)]
    assert [(s.start, s.end) for s in select([make(0, 6, 0.99), *halves])] == [(0, 6)]


def test_the_threshold_itself_is_not_enough():
    assert select([make(0, 1, 0.5)]) == []
    assert select([make(0, 1, 0.51)], 0.5) and not select([make(0, 1, 0.51)], 0.6)
    assert len(select([make(0, 1, 0.7)], 0.69)) == 1


def test_of_one_extent_the_likelier_and_of_equals_the_first():
    (span,) = select([make(0, 2, 0.8, "a"), make(0, 2, 0.9, "b"), make(0, 2, 0.9, "c"), make(0, 2, 0.7, "d")])
    assert (span.rule, span.confidence) == ("b", 0.9)


def test_a_tie_is_settled_the_same_way_in_any_order():
    both = [make(0, 4, 0.8, "left"), make(2, 6, 0.8, "right")]
    assert [s.rule for s in select(both)] == [s.rule for s in select(both[::-1])] == ["left"]


def test_a_span_is_its_candidate():
    (span,) = select([make(3, 5, 0.9, "rule")])
    assert (span.label, span.start, span.end, span.rule, span.confidence, span.data, span.value) == ("DATE", 3, 5, "rule", 0.9, {"of": (3, 5)}, {})


@pytest.mark.parametrize("probability, odds", [(0.5, 0.0), (0.9, math.log(9)), (1.0, math.log(1e6 - 1)), (0.0, -math.log(1e6 - 1)), (2.0, math.log(1e6 - 1)), (0.0000005, -math.log(1e6 - 1)), (0.999, math.log(999))])
def test_log_odds_are_finite(probability, odds):
    assert log_odds(probability) == pytest.approx(odds, rel=1e-4)


def test_a_certain_candidate_outweighs_a_likely_one():
    assert [s.rule for s in select([make(0, 3, 1.0, "sure"), make(1, 4, 0.9999, "likely")])] == ["sure"]
