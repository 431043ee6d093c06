"""Places accepted: their kind and, of units, the unit of the day with what it belongs to.

``span.value``: ``kind``; for units ``code`` (None if it abstains), ``code_date`` (a day on which the
code means this unit: the article's, or for a unit that had ended its last), ``parents`` (codes,
smallest unit first), ``successor`` (codes since 2025-07-01), ``candidates`` (codes) only when it
abstains; for hamlets, quarters and roads ``code`` None and ``parents``, the unit in which they lie.
"""

from __future__ import annotations

from bantin.places import units
from bantin.places.linking import link
from bantin.places.mentions import Mention, known_kinds
from bantin.reading import Reading

_LEVELS = units.LEVELS
_MOST_CANDIDATES = 20
# What a class noun's or a known name's kind is in the record where no unit was found.
_RECORD = {"city": "district", "foreign": "region", "unknown": "commune"}
# Of several kinds under which a bare name without a unit is known, the likeliest.
_FIRST = ("country", "foreign", "region", "natural", "province", "district", "commune")
_LYING = ("sublocal", "road", "structure", "area")


def resolve(reading: Reading) -> None:
    found = link(reading)
    spoken = _kinds_spoken(found)
    for mention in found:
        mention.span.value = _unit(mention) if mention.unit and mention.tiers else {"kind": _kind(mention, spoken), "code": None}
    _lie(found)


def _unit(mention: Mention) -> dict:
    choice = mention.choice
    if choice is None:
        among = mention.options
        codes = sorted({option.unit.code for option in among})
        return {"kind": _LEVELS[min(option.unit.level for option in among)], "code": None, "candidates": codes[:_MOST_CANDIDATES]}
    unit = choice.unit
    return {
        "kind": _LEVELS[unit.level],
        "code": unit.code,
        "code_date": choice.day,
        "parents": list(choice.parents),
        "successor": list(unit.successors),
    }


def _kinds_spoken(found: list[Mention]) -> dict[str, str]:
    """The kind that the article gives a name with its class noun: "hồ Núi Cốc", then "Núi Cốc"."""
    return {mention.name: mention.sort for mention in found if mention.sort != "bare"}


def _kind(mention: Mention, spoken: dict[str, str]) -> str:
    kind = mention.sort
    known = known_kinds(mention.name)
    if kind == "bare":
        kind = spoken.get(mention.name) or next((kind for kind in _FIRST if kind in known), mention.span.data["kind"].split("+")[0])
    if kind in ("province", "city", "district") and "foreign" in known:
        return "region"
    return _RECORD.get(kind, kind) or "unknown"  # a bare name of no list


def _lie(found: list[Mention]) -> None:
    """Hamlets, quarters, roads and structures lie in the unit that follows or precedes them in their
    run, else in the nearest unit named in their sentence; quarters and roads else in the article's
    only commune or, if it names none, its only district."""
    only = _only(found, 3) or (None if any(m.choice and m.choice.unit.level == 3 for m in found) else _only(found, 2))
    for index, mention in enumerate(found):
        kind = mention.span.value["kind"]
        if kind not in _LYING:
            continue
        parent = _neighbour(found, index)
        if parent is None and kind in ("sublocal", "road"):
            parent = only
        if parent is not None and parent.choice is not None:
            mention.span.value["parents"] = [parent.choice.unit.code, *parent.choice.parents]
            mention.span.value["code_date"] = parent.choice.day


def _only(found: list[Mention], level: int) -> Mention | None:
    """The first mention of the one unit of that level that the article names; None if it names several."""
    of = {mention.choice.unit.code: mention for mention in found if mention.choice and mention.choice.unit.level == level}
    return next(iter(of.values())) if len(of) == 1 else None


def _neighbour(found: list[Mention], index: int) -> Mention | None:
    mention = found[index]
    for step in (1, -1):
        at = index + step
        while 0 <= at < len(found) and abs(at - index) <= 8:
            other = found[at]
            joint = other if step == 1 else found[at + 1]
            if joint.gap is None:
                break
            if other.choice is not None:
                return other
            at += step
    near = [other for other in found[max(0, index - 8) : index + 9] if other.choice is not None and other.sentence == mention.sentence and other.choice.unit.level > 1]
    return min(near, key=lambda other: (-other.choice.unit.level, abs(other.span.start - mention.span.start)), default=None)  # type: ignore[union-attr]
