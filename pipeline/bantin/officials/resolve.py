"""Names and titles accepted: who is who, which posts each holds, and what each title says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from bantin.officials import people, posts
from bantin.reading import Candidate, Reading, Relation, Span
from bantin.select import select


def wait(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The first look at names accepts nothing: the second one does."""


def accept_names(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """Names without overlaps; where a name and a place claim the same words the surer one stands."""
    found = select(candidates, threshold)
    places = reading.found.get("PLACE", [])
    titles = reading.found.get("TITLE", [])
    names: list[Span] = []
    lost: set[int] = set()
    for span in found:
        if _across(titles, span):
            continue
        rivals = _across(places, span)
        if any(place.confidence > span.confidence for place in rivals):
            continue
        lost.update(id(place) for place in rivals)
        names.append(span)
    reading.found["OFFICIAL"] = names
    if lost:
        reading.found["PLACE"] = [place for place in places if id(place) not in lost]


def _across(spans: list[Span], span: Span) -> list[Span]:
    """Those of ``spans`` (in order, none overlapping) that overlap ``span``."""
    first = bisect_right(spans, span.start, key=lambda other: other.end)
    last = bisect_left(spans, span.end, key=lambda other: other.start)
    return spans[first:last]


def accept_holds(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The pairs believed; of a pair's kinds (holds, appointed, removed) the likeliest alone."""
    best: dict[tuple[int, int], Candidate] = {}
    _spread(candidates, threshold)
    for candidate in candidates:
        if candidate.probability > threshold:
            key = (id(candidate.data["official"]), id(candidate.data["title"]))
            if key not in best or candidate.probability > best[key].probability:
                best[key] = candidate
    for candidate in _one_side(list(best.values())):
        roles = {"official": candidate.data["official"], "title": candidate.data["title"]}
        reading.relations.append(Relation(candidate.label, roles, candidate.probability))
    reading.relations.sort(key=lambda relation: (relation.roles["official"].start, relation.roles["title"].start))


def _spread(candidates: list[Candidate], threshold: float) -> None:
    """A post before a list's colon that goes to one of its names, or that "các đồng chí" opens, goes to
    all of them (guidelines, TITLE)."""
    lists: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.label == "holds" and candidate.data["governs"]:
            lists.setdefault(id(candidate.data["title"]), []).append(candidate)
    for members in lists.values():
        surest = max(member.probability for member in members)
        if surest > threshold or members[0].data["governs"] == "several":
            for member in members:
                member.probability = max(member.probability, surest, threshold + 0.05)


def _one_side(candidates: list[Candidate]) -> list[Candidate]:
    """A title belongs to names before it or to names after it, never to both: the surer side stands."""
    sides: dict[tuple[int, bool], float] = {}

    def side(candidate: Candidate) -> tuple[int, bool]:
        return id(candidate.data["title"]), candidate.data["official"].start < candidate.data["title"].start

    for candidate in candidates:
        sides[side(candidate)] = max(sides.get(side(candidate), 0.0), candidate.probability)
    return [c for c in candidates if sides[side(c)] >= sides.get((side(c)[0], not side(c)[1]), 0.0)]


def resolve(reading: Reading) -> None:
    """Values of the titles, days of the appointments, and the people of the article
    (``reading.facts["officials"]``)."""
    posts.describe(reading)
    for relation in reading.relations:
        if relation.kind in ("appointed", "removed") and (day := people.day_of_change(reading, relation)):
            relation.roles["date"] = day
    reading.facts["officials"] = people.people(reading)
