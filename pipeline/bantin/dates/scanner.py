"""Tokens as the date rules see them: what is near, numbers, years, names of the sixty-year cycle.

A rule takes the index of its first token and gives :data:`Found` or None; every rule looks a bounded
number of tokens ahead.
"""

from __future__ import annotations

from bantin.dates.calendar import stem_branch
from bantin.dates.vocabulary import lexicon
from bantin.reading import Reading
from bantin.text.fold import fold

Found = tuple[int, dict]  # the token after the last one, and the fields
_QUARTER = fold("quý")


class Scanner:
    """One reading's tokens; all indices are of tokens."""

    def __init__(self, reading: Reading) -> None:
        tokens = reading.tokens
        self.text = reading.text
        self.start, self.end, self.form, self.word, self.shape = tokens.start, tokens.end, tokens.form, tokens.folded, tokens.shape
        self.count = len(tokens)
        self.lexicon = lexicon()
        # Two empty tokens past the last one spare the rules the question whether there is a next one.
        self.words = [*tokens.folded, "", "", "", ""]

    # --- tokens ---------------------------------------------------------------------------------

    def glued(self, at: int) -> bool:
        return 0 < at < self.count and self.start[at] == self.end[at - 1]

    def near(self, at: int) -> bool:
        """Does token ``at`` go on after the one before it (on the line, or where a line was broken)?"""
        if not 0 < at < self.count:
            return False
        left, right = self.end[at - 1], self.start[at]
        if right - left <= 1 and (left == right or self.text[left] != "\n"):
            return True
        if right - left > 3:
            return False
        gap = self.text[left:right]
        return "\n" not in gap or (gap.count("\n") == 1 and not self.form[at][0].isupper())

    def line_start(self, at: int) -> bool:
        """Does token ``at`` open a line, list marks aside?"""
        while at and self.shape[at - 1] in "-+*•(" and "\n" not in self.text[self.end[at - 1] : self.start[at]]:
            at -= 1
        return at == 0 or "\n" in self.text[self.end[at - 1] : self.start[at]]

    def is_word(self, at: int, word: str) -> bool:
        return self.words[at] == word and self.near(at) if at < self.count else False

    def digits(self, at: int, most: int = 2) -> int | None:
        if at < self.count and self.shape[at] == "0" and len(self.form[at]) <= most and self.form[at].isascii():
            return int(self.form[at])
        return None

    def number(self, at: int) -> Found | None:
        """A number of at most two figures, or in words (below a hundred)."""
        value = self.digits(at)
        if value is not None:
            return at + 1, value  # type: ignore[return-value]
        lex = self.lexicon
        value = lex.number.get(self.words[at])
        if value is None:
            return None
        after = self.words[at + 1] if self.near(at + 1) else ""
        if after == "mươi" and 2 <= value <= 9:
            value, at = value * 10, at + 1
        elif value not in (10, 20):
            return at + 1, value  # type: ignore[return-value]
        # "mười năm" is ten years, never fifteen ("mười lăm").
        if self.near(at + 1) and self.words[at + 1] != "năm":
            one = lex.ones.get(self.words[at + 1]) or lex.number.get(self.words[at + 1], 0)
            if 1 <= one <= 9:
                return at + 2, value + one  # type: ignore[return-value]
        return at + 1, value  # type: ignore[return-value]

    def year(self, at: int) -> int | None:
        """A year in four figures that no mark or letter glues to something else."""
        if at >= self.count or self.shape[at] != "0" or len(self.form[at]) != 4 or not self.form[at].isascii():
            return None
        value = int(self.form[at])
        return value if 1000 <= value <= 2199 and not self.runs_on(at + 1) else None

    def runs_on(self, at: int) -> bool:
        """Does a number that ends before token ``at`` go on: "2.021", "12/2022/QĐ", "2021m2"?"""
        if not self.glued(at):
            return False
        word = self.word[at]
        if self.shape[at] in "xXA0":
            return True
        if word in "/.,:":
            return self.glued(at + 1) and (self.shape[at + 1] == "0" or (word == "/" and self.shape[at + 1] in "xXA"))
        return word in ("%", "_")

    def cycle(self, at: int) -> Found | None:
        """A can-chi name ("Nhâm Dần")."""
        stem = self.lexicon.stem.get(self.words[at])
        if stem is None or not self.near(at + 1):
            return None
        branch = self.lexicon.branch.get(self.words[at + 1])
        value = None if branch is None else stem_branch(stem, branch)
        return None if value is None else (at + 2, value)  # type: ignore[return-value]

    def relative(self, at: int, *units: str) -> tuple[int, tuple[str, str, int]] | None:
        if at >= self.count:
            return None
        for end, payload in reversed(self.lexicon.relative.every(self.word, at)):
            if payload[0] in units and self.on_line(at, end):  # type: ignore[index]
                if payload[0] != "day" and self.words[end - 1] != "học" and self.quantified(at):  # type: ignore[index]
                    return None
                if self.words[end - 1] == "trước" and self.near(end) and (self.words[end] in ("khi", "tết", "ngày", "lúc") or self.numeric(end)):
                    return None  # "tuần trước Tết": before it
                return end, payload  # type: ignore[return-value]
        return None

    def quantified(self, at: int) -> bool:
        """Does a number or a word like "những" stand before token ``at``?"""
        if not self.near(at):
            return False
        before = self.words[at - 1]
        if before in self.lexicon.words["quantifier"]:
            return True
        if not ((self.shape[at - 1] == "0" and len(before) <= 3) or (before in self.lexicon.number and before != "năm")):
            return False
        # "tháng 9 năm ngoái", "28.10 năm ngoái", "thứ bảy tuần trước" count nothing
        return not (self.near(at - 1) and self.words[at - 2] in ("tháng", "ngày", "thứ", "/", "-", ".", _QUARTER, "mùng", "mồng"))

    def on_line(self, at: int, end: int) -> bool:
        return all(self.near(i) for i in range(at + 1, end))

    # --- years ----------------------------------------------------------------------------------

    def year_tail(self, at: int, plain: bool = True) -> Found | None:
        """What gives a day, month, quarter or season its year. ``plain``: may a bare year follow?"""
        words = self.words
        if self.glued(at) and words[at] in ("/", "-", ".") and self.glued(at + 1) and (year := self.year(at + 1)):
            return (at + 2, {"y": year})
        if not self.near(at):
            return None
        if words[at] == "/" and self.near(at + 1) and (year := self.year(at + 1)):
            return at + 2, {"y": year}
        if words[at] == "của" and words[at + 1] == "năm":
            at += 1
        if words[at] in self.lexicon.words["every"] and words[at + 1] in ("năm", "tháng"):
            return at + 2, {"every": "year" if words[at + 1] == "năm" else "month"}
        if words[at] in ("năm", "sang", "cùng"):
            if words[at] == "năm" and self.near(at + 1):
                if year := self.year(at + 1):
                    return at + 2, {"y": year}
                if named := self._named_year(at + 1):
                    return named
            if found := self.relative(at, "year"):
                return found[0], {"yrel": found[1][1:]}
            return None
        if named := self._named_year(at):
            return named
        if plain and (year := self.year(at)) and self.start[at] > self.end[at - 1]:
            return at + 1, {"y": year}
        return None

    def _named_year(self, at: int) -> Found | None:
        cycle = self.cycle(at)
        if not cycle:
            return None
        end = cycle[0]
        fields: dict = {"cycle": cycle[1]}
        if self.is_word(end, "năm") and (year := self.year(end + 1)):
            return end + 2, fields | {"y": year}
        if self.near(end) and (year := self.year(end)):
            return end + 1, fields | {"y": year}
        return end, fields

    def year_span(self, at: int) -> tuple[int, int, int] | None:
        """Two years joined: "2021-2025", "2021 đến 2025", "2021 - năm 2025", "2016-17"."""
        if at >= self.count or self.shape[at] != "0" or len(self.form[at]) != 4:
            return None
        first = int(self.form[at]) if self.form[at].isascii() else 0
        if not 1000 <= first <= 2199:
            return None
        after = at + 1
        if self.words[after] not in ("-", "đến", "tới", "/") or not self.near(after):
            return None
        after += 1
        if self.words[after] == "năm":
            after += 1
        if not self.near(after):
            return None
        last = self.year(after)
        if last is None and self.glued(after) and (short := self.digits(after)) is not None and len(self.form[after]) == 2 and not self.runs_on(after + 1):
            last = first - first % 100 + short if self.words[after - 1] == "-" and short >= 13 else None
        if last is None or not first < last <= first + 120:
            return None
        if self.glued(after + 1) and self.words[after + 1] in "-/" and self.glued(after + 2) and self.shape[after + 2] == "0":
            return None
        return after + 1, first, last
