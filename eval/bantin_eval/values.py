"""What accepted spans mean: DATE values, PLACE codes, the realis of AWARDs, over spans both sides have.

DATE (EDTF, ISO 8601-2): equal if the ``edtf`` package parses both to equal objects; ``?`` (not
resolvable) equals ``?`` alone; what does not parse is compared as written. Measures:

    value, exact spans      right values among the dates with equal extents
    value, overlap          the same among dates matched by overlap
    TempEval-3 strict, relaxed, value F1   UzZaman et al. 2013: spans equal; spans overlapping;
                            relaxed spans with the right value (= relaxed F1 x value accuracy)

PLACE: judged where the gold has a code and the extents are equal. ``exact``: the code is the
gold's; ``province``, ``district``, ``commune``: of gold codes that have such a level, those whose
predicted code lies in the same unit of it; an empty prediction is an abstention: wrong for
``exact``, left out of ``where answered``, counted by ``abstained``.
"""

from __future__ import annotations

from functools import lru_cache

from bantin_eval.match import Outcome
from bantin_eval.score import Settings, Tally, add
from bantin_eval.validate import Document


@lru_cache(maxsize=65536)
def parsed(value: str):
    """The EDTF object of a value; the text itself where it is none."""
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        return parse_edtf(value)
    except EDTFParseException:
        return value


def same_date(one: str | None, two: str | None) -> bool:
    """Do two EDTF values name the same day, month, year, season or interval?

    >>> same_date("2022-01-09", "2022-01-09"), same_date("2022", "2022-01"), same_date("?", None)
    (True, False, False)
    """
    if one == two:
        return one is not None
    if one is None or two is None:
        return False
    a, b = parsed(one), parsed(two)
    return type(a) is type(b) and not isinstance(a, str) and a == b


def add_tally(out: Tally, document: Document, chosen: Settings, aligned: list[Outcome]) -> None:
    matched = [outcome for outcome in aligned if outcome.kind in ("COR", "PAR")]
    if "DATE" in chosen.labels and any("value" in span for span in document.gold["spans"]):
        right = 0
        for outcome in matched:
            if outcome.gold["label"] == "DATE":
                same = int(same_date(outcome.gold.get("value"), outcome.pred.get("value")))
                right += same
                rate(out, "dates/value, overlap", same)
                if outcome.kind == "COR":
                    rate(out, "dates/value, exact spans", same)
        strict, relaxed = out["spans/exact/DATE"], out["spans/overlap/DATE"]
        add(out, "dates/TempEval-3 strict", strict[0], strict[1], strict[3])
        add(out, "dates/TempEval-3 relaxed", relaxed[0], relaxed[1], relaxed[3])
        add(out, "dates/TempEval-3 value", right, relaxed[1], relaxed[3])
    for outcome in matched:
        if outcome.kind != "COR":
            continue
        if outcome.gold["label"] == "AWARD" and "realis" in outcome.gold:
            rate(out, "awards/realis", int(outcome.gold["realis"] == outcome.pred.get("realis")))
        if outcome.gold["label"] == "PLACE" and outcome.gold.get("code"):
            _place(out, outcome, _day(document))


def rate(out: Tally, name: str, right: int) -> None:
    add(out, name, right, 1, 1)


def _place(out: Tally, outcome: Outcome, day: str | None) -> None:
    gold, pred = outcome.gold["code"], outcome.pred.get("code")
    rate(out, "places/code", int(gold == pred))
    rate(out, "places/abstained", int(not pred))
    if pred:
        rate(out, "places/code where answered", int(gold == pred))
    units, others = levels(gold, day), levels(pred, outcome.pred.get("code_date") or day) if pred else {}
    for level, code in units.items():
        rate(out, f"places/{level}", int(others.get(level) == code))


def _day(document: Document) -> str | None:
    published = document.gold.get("published")
    return published + {4: "-07-01", 7: "-15", 10: ""}[len(published)] if published else None


@lru_cache(maxsize=65536)
def levels(code: str, day: str | None) -> dict[str, str]:
    """The codes of a unit and of those that hold it, by level, on a day (else in its last period)."""
    from bantin.places import units

    table = units.load()
    unit = table.at(code, day) if day else None
    if unit is None:
        periods = table.periods(code)
        if not periods:
            return {"unknown": code}
        unit = periods[-1]
        day = unit.valid_from
    return {units.LEVELS[each.level]: each.code for each in table.chain(unit, day)}
