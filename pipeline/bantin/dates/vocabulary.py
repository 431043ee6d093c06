"""The words that dates are written with: lexicon/*.tsv by kind, and which rule may begin with which."""

from __future__ import annotations

import re
from functools import lru_cache

from bantin.lexicon import Gazetteer, rows
from bantin.text.fold import fold

_ROMAN = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})\Z")


class Lexicon:
    """The words of lexicon/*.tsv by kind; read once."""

    def __init__(self) -> None:
        kinds: dict[str, dict[str, str]] = {}
        for row in rows("dates", "words", ("form", "kind", "value")):
            kinds.setdefault(row["kind"], {})[fold(row["form"])] = row["value"]
        whole = {kind: {form: int(value) for form, value in kinds[kind].items()} for kind in ("number", "ones", "lunar_month", "weekday", "stem", "branch")}
        self.number, self.ones, self.lunar_month = whole["number"], whole["ones"], whole["lunar_month"]
        self.weekday, self.stem, self.branch = whole["weekday"], whole["stem"], whole["branch"]
        self.season, self.mod, self.unit = kinds["season"], kinds["mod"], kinds["unit"]
        self.hour, self.minute, self.mung = frozenset(kinds["hour"]), frozenset(kinds["minute"]), frozenset(kinds["day_prefix"])
        self.spans = Gazetteer(kinds["span_of_years"].items())
        self.words = {kind: frozenset(kinds[kind]) for kind in ("about", "every", "quantifier", "counted", "before_feast", "compared")}
        self.parts = Gazetteer((row["form"], row["code"]) for row in rows("dates", "parts_of_day", ("form", "code")))
        relative = rows("dates", "relative", ("form", "unit", "base", "offset"))
        self.relative = Gazetteer((row["form"], (row["unit"], row["base"], int(row["offset"]))) for row in relative)
        named = rows("dates", "memorial_days", ("form", "calendar", "month", "day"))
        self.named = Gazetteer((row["form"], (row["calendar"] == "lunar", int(row["month"]), int(row["day"]))) for row in named)
        self.rules = self._dispatch(relative, named, kinds)
        self.first = frozenset({"từ", *self.rules, *self.mod})

    def _dispatch(self, relative: list[dict], named: list[dict], kinds: dict[str, dict[str, str]]) -> dict[str, tuple]:
        """Which rules may begin with which word."""
        rules: dict[str, list] = {}

        def begin(words, *names) -> None:
            for word in words:
                known = rules.setdefault(word, [])
                known += [name for name in names if name not in known]

        parts = {fold(row["form"]).split()[0] for row in rows("dates", "parts_of_day")}
        begin(parts | self.mung | set(kinds["day_word"]) | {"hôm", "bữa", "thứ", "chủ", "chúa", "rằm"}, "day")
        begin(self.number, "day", "months_of_year", "distance")
        begin({"buổi", "ngay", "trong", "cùng"}, "part_alone")
        begin({"tháng"}, "month")
        begin({fold("quý")}, "quarter")
        begin({"nửa"}, "months_of_year")
        begin({"năm", "những"} | {form.split()[0] for form in kinds["span_of_years"]}, "years")
        begin({"thế", "thập"}, "century")
        begin({"mùa", "xuân"}, "season")
        begin({"cách"}, "distance")
        begin({fold(row["form"]).split()[0] for row in named}, "named")
        of_unit = {"day": "day", "year": "years", "schoolyear": "years", "term": "years", "week": "other_relative", "month": "other_relative", "quarter": "other_relative"}
        for row in relative:
            begin({fold(row["form"]).split()[0]}, of_unit[row["unit"]])
        return {word: tuple(names) for word, names in rules.items()}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon. Raises LexiconError if a file is missing or damaged."""
    return Lexicon()


@lru_cache(maxsize=1)
def contexts() -> Gazetteer:
    """Context words; payload: their kinds."""
    kinds: dict[str, list[str]] = {}
    for row in rows("dates", "contexts", ("form", "kind")):
        kinds.setdefault(row["form"], []).append(row["kind"])
    return Gazetteer((form, tuple(values)) for form, values in kinds.items())


def roman(form: str) -> int | None:
    """1 to 39 from a Roman numeral in capitals."""
    match = _ROMAN.match(form) if form and len(form) <= 7 else None
    if not match or not match.group():
        return None
    small = {"": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
    return 10 * len(match[1]) + small[match[2]]
