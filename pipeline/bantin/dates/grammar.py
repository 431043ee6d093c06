"""The grammar of calendar expressions: from a token on, the longest expression and what it says.

A scanner over the reading's tokens: every rule looks a bounded number of tokens ahead, so the whole
is linear in the text. What an expression says is a dictionary of *fields*; nothing is resolved here:

``unit``    day, week, month, months, quarter, year, years, season, decade, century, term, schoolyear,
            named, range
``d m q y`` day, month, quarter, year as written; ``lunar`` True, ``leap`` True; ``cycle`` 0-59, the can-chi name
``rel``     (base, offset): days, months or years from the article's day (today), the mention before
            (mention), the year in question (topic), the year just past (past)
``yrel``    the same for the year of a day, month, quarter or season
``part``, ``clock``, ``clock_end``, ``weekday``, ``mod``, ``every``, ``way`` (+1 "tới", -1 "vừa rồi")
``begin``, ``end``  fields of the two ends of a range
"""

from __future__ import annotations

from bantin.dates.days import Days
from bantin.dates.scanner import Found
from bantin.dates.vocabulary import roman
from bantin.text.fold import fold

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_FIGURES = ("day", "months_of_year", "distance", "figures")  # rules that may begin with a number in figures
_QUARTER = fold("quý")
_MONTHS = {"đầu": 1, "cuối": -1}


class Grammar(Days):
    """All rules: months, quarters, years and longer, distances, named days, ranges."""

    # --- months, quarters, years ----------------------------------------------------------------

    def month(self, at: int) -> Found | None:
        if self.words[at] != "tháng" or (at >= 2 and self.words[at - 1] == "mạng" and self.words[at - 2] == "cách"):
            return None  # the Revolution of August, of October: an event
        if self.words[at - 1] == "mỗi" and self.near(at):
            return None
        if found := self.relative(at, "month"):
            return found[0], {"unit": "month", "rel": found[1][1:]}
        name = self.month_name(at + 1)
        if not name:
            return None
        end, fields = name[0], {"unit": "month"} | name[1]
        if tail := self.year_tail(end):
            end, fields = tail[0], fields | tail[1]
            if "cycle" in fields:
                fields["lunar"] = True
        end, fields = self._calendar_word(end, fields)
        return end, fields

    def month_with_year(self, at: int) -> Found | None:
        """The last of "tháng 4, 5 và 6/2022": a month without its word."""
        end = at + (self.words[at] == "tháng")
        name = self.month_name(end)
        if not name:
            return None
        tail = self.year_tail(name[0], plain=False)
        return (tail[0], {"unit": "month"} | name[1] | tail[1]) if tail else None

    def quarter(self, at: int) -> Found | None:
        if self.words[at] != _QUARTER or not self.near(at + 1):
            return None
        if found := self.relative(at, "quarter"):
            return found[0], {"unit": "quarter", "rel": found[1][1:]}
        value = _QUARTERS.get(self.words[at + 1]) if self.form[at + 1].isupper() else None
        end = at + 2
        if value is None:
            number = self.number(at + 1)
            if number is None or not 1 <= number[1] <= 4:  # type: ignore[operator]
                return None
            end, value = number  # type: ignore[assignment]
        fields: dict = {"unit": "quarter", "q": value}
        if self.words[end] == "/" and self.words[end + 1] == "năm" and (year := self.year(end + 2)):
            return end + 3, fields | {"y": year}
        tail = self.year_tail(end)
        return (tail[0], fields | tail[1]) if tail else (end, fields)

    def months_of_year(self, at: int) -> Found | None:
        """"6 tháng đầu năm 2023", "10 tháng năm 2025", "nửa cuối năm"."""
        words = self.words
        if words[at] == "nửa" and words[at + 1] in _MONTHS and self.is_word(at + 2, "năm"):
            return self._months(at + 2, {"unit": "months", "n": 6, "side": _MONTHS[words[at + 1]]})
        number = self.number(at)
        if number is None or not self.is_word(number[0], "tháng"):
            return None
        end, count = number[0] + 1, number[1]
        if not isinstance(count, int) or not 1 <= count <= 12:
            return None
        if words[end] in _MONTHS and self.is_word(end + 1, "năm") and self.near(end):
            return self._months(end + 1, {"unit": "months", "n": count, "side": _MONTHS[words[end]]})
        if self.is_word(end, "năm") and (year := self.year(end + 1)):
            return end + 2, {"unit": "months", "n": count, "side": 1, "y": year}
        return None

    def _months(self, at: int, fields: dict) -> Found | None:
        if tail := self.year_tail(at):
            return tail[0], fields | tail[1]
        if self.words[at + 1] == "học" and self.near(at + 1):
            return None
        return at + 1, fields

    def years(self, at: int) -> Found | None:
        """"năm 2021", "năm Canh Tý", "năm nay", "nhiệm kỳ 2020 - 2025", "những năm 90"."""
        words = self.words
        if span := self.lexicon.spans.longest(self.word, at) if at < self.count else None:
            found = self._span_of_years(at, *span)  # type: ignore[arg-type]
            if found:
                return found
        if found := self.relative(at, "schoolyear", "term", "year"):
            unit, base, offset = found[1]
            if words[found[0] - 1] == "học" and self.near(found[0]) and words[found[0]] in ("sinh", "viên", "trò", "giả", "phần", "kỳ", "bổng"):
                return None  # "năm học sinh": five pupils
            return found[0], {"unit": unit, "rel": (base, offset)}
        if words[at] == "những" and self.is_word(at + 1, "năm"):
            return self._decade_of_years(at + 2)
        if words[at] != "năm" or not self.near(at + 1):
            return None
        if span_ := self.year_span(at + 1):
            return span_[0], {"unit": "years", "y": span_[1], "y2": span_[2]}
        if year := self.year(at + 1):
            return at + 2, {"unit": "year", "y": year}
        if named := self._named_year(at + 1):
            return named[0], {"unit": "year"} | named[1]
        value = self.digits(at + 1, most=3)
        if value is not None and len(self.form[at + 1]) >= 2 and not self.runs_on(at + 2) and not self.month_follows(at + 2):
            if (self.near(at + 2) and self.words[at + 2] in self.lexicon.words["counted"]) or self.words[at - 1] == "mỗi":
                return None
            if len(self.form[at + 1]) == 3:
                return at + 2, {"unit": "year", "y": value, "old": True}
            return at + 2, {"unit": "year", "yy": value}
        return None

    def month_follows(self, at: int) -> bool:
        return self.glued(at) and self.words[at] in "-/."

    def _span_of_years(self, at: int, end: int, unit: str) -> Found | None:
        if not self.near(end):
            return None
        after = end
        if self.words[after] == ":" and self.near(after + 1):
            after += 1
        if self.words[after] == "năm":
            after += 1
        if span := self.year_span(after):
            return span[0], {"unit": unit, "y": span[1], "y2": span[2]}
        return None

    def _decade_of_years(self, at: int) -> Found | None:
        if not self.near(at):
            return None
        if span := self.year_span(at):
            return span[0], {"unit": "years", "y": span[1], "y2": span[2]}
        if year := self.year(at):
            return at + 1, {"unit": "decade" if year % 10 == 0 else "year", "y": year}
        number = self.number(at)
        if number is None or number[1] % 10 or (self.shape[at] == "0" and self.runs_on(number[0])):  # type: ignore[operator]
            return None
        end, fields = self._century_tail(number[0], {"unit": "decade", "decade": number[1]})
        return end, fields

    def _century_tail(self, end: int, fields: dict) -> Found:
        """"của thế kỷ trước", "thế kỷ XX" behind a decade."""
        at = end + 1 if self.words[end] == "của" else end
        if self.words[at] == "thế" and self.near(at) and (found := self.century(at)):
            return found[0], fields | {"of": found[1]}
        return end, fields

    def century(self, at: int) -> Found | None:
        words = self.words
        if words[at] == "thập" and words[at + 1] in ("niên", "kỷ", fold("kỉ")):
            after = at + 2
            if not self.near(after):
                return None
            if words[after] == "niên" or words[after] == "những":
                return None
            if year := self.year(after):
                return (after + 1, {"unit": "decade", "y": year}) if year % 10 == 0 else None
            number = self.number(after)
            if number and number[1] % 10 == 0 and number[1]:  # type: ignore[operator]
                return self._century_tail(number[0], {"unit": "decade", "decade": number[1]})
            return None
        if words[at] != "thế" or words[at + 1] not in ("kỷ", "kỉ") or not self.near(at + 2):
            return None
        if words[at + 2] in ("trước", "này", "qua"):
            return at + 3, {"unit": "century", "rel": ("today", 0 if words[at + 2] == "này" else -1)}
        if value := roman(self.form[at + 2]):
            return at + 3, {"unit": "century", "n": value}
        after = at + 3 if words[at + 2] == "thứ" else at + 2
        number = self.number(after)
        if number and 1 <= number[1] <= 21 and not (self.shape[after] == "0" and self.runs_on(number[0])):  # type: ignore[operator]
            return number[0], {"unit": "century", "n": number[1]}
        return None

    def season(self, at: int) -> Found | None:
        words = self.words
        head = at
        if words[at] == "mùa":
            at += 1
            if not self.near(at):
                return None
        if words[at] not in self.lexicon.season or (head == at and words[at - 1] == "đông" and self.near(at)):
            return None
        code = self.lexicon.season[words[at]]
        end, fields = at + 1, {"unit": "season", "season": int(code) if code != "-" else None}
        if words[end] == "đỏ" and words[end + 1] == "lửa":
            end += 2
        if self.near(end) and (span := self.year_span(end)):
            return span[0], {"unit": "years", "y": span[1], "y2": span[2]}
        if tail := self.year_tail(end):
            if "every" in tail[1]:
                return None
            return tail[0], fields | tail[1]
        if head != at and self.near(end) and words[end] in ("này", "tới", "trước", "qua", "rồi"):
            return end + 1, fields | {"way": {"này": 0, "tới": 1}.get(words[end], -1)}
        return None

    # --- distances and named days ---------------------------------------------------------------

    def distance(self, at: int) -> Found | None:
        """"Cách đây 18 năm", "60 năm trước", "hai ngày sau", "3 năm tới"."""
        words = self.words
        if words[at] == "cách" and words[at + 1] in ("đây", "nay") and self.near(at + 1):
            after = at + 2
            if words[after] in self.lexicon.words["about"]:
                after += 1
            found = self._amount(after)
            return (found[0], {"unit": found[1][1], "rel": ("today", -found[1][0]), "ago": True}) if found else None
        found = self._amount(at)
        if not found:
            return None
        end, (count, unit) = found
        if not self.near(end) or unit not in ("day", "week", "month", "year"):
            return None
        word = words[end]
        then = words[end + 1] == "đó" and self.near(end + 1)
        if word == "trước":
            return end + 1 + then, {"unit": unit, "rel": ("mention" if then else "today", -count), "ago": True}
        if word == "sau":
            return end + 1 + then, {"unit": unit, "rel": ("mention", count), "ago": True}
        if word == "nữa":
            return end + 1, {"unit": unit, "rel": ("today", count), "ago": True}
        if word in ("qua", "tới") or (word in ("tiếp", "vừa") and words[end + 1] in ("theo", "qua")):
            return end + 1 + (word in ("tiếp", "vừa")), {"unit": unit, "stretch": count if word in ("tới", "tiếp") else -count}
        return None

    def _amount(self, at: int) -> tuple[int, tuple[int, str]] | None:
        value = self.digits(at, most=3)
        found = (at + 1, value) if value is not None else self.number(at)
        if not found or not found[1] or not self.near(found[0]):
            return None
        if self.glued(at) and self.words[at - 1] in "-/.,:":
            return None
        unit = self.lexicon.unit.get(self.words[found[0]])
        if unit is None or unit in ("quarter",):
            return None
        return found[0] + 1, (found[1], unit)  # type: ignore[return-value]

    def named(self, at: int) -> Found | None:
        """A day with a name, and what is written of its year or date behind it."""
        if at >= self.count:
            return None
        found = self.lexicon.named.longest(self.word, at)
        if not found or not self.on_line(at, found[0]) or (self.words[found[0]] == "trồng" and self.near(found[0])):
            return None  # "Tết trồng cây" is a campaign
        if self.words[at] == "quốc" and self.shape[at + 1] == "X" and self.words[at - 1] not in self.lexicon.words["before_feast"]:
            return None  # a person's name
        end, (is_lunar, month, day) = found
        fields = {"unit": "named", "m": month, "d": day, "lunar": is_lunar} | ({"part": "NI"} if self.words[at] == "đêm" else {})
        if is_lunar and month == 1:
            fields["tet"] = True
        if is_lunar and self.is_word(end, "tết") and day == -1:
            end += 1  # "giao thừa Tết Giáp Thìn"
        return self._tet_tail(end, fields)

    def _tet_tail(self, end: int, fields: dict) -> Found:
        words = self.words
        if self.near(end):
            after = end
            if fields.get("tet") and words[after] == "nguyên" and words[after + 1] == "đán":
                end = after = after + 2
            if named := self._named_year(after):
                return named[0], fields | named[1]
            # A misspelt can-chi name: two capitals, then the year ("Tết Nhân Dân năm 2022").
            if fields.get("tet") and after + 3 < self.count and self.shape[after] == self.shape[after + 1] == "X" and self.near(after + 1):
                later = after + 3 if words[after + 2] == "năm" else after + 2
                if self.near(later) and (year := self.year(later)):
                    return later + 1, fields | {"y": year}
            if tail := self.year_tail(after):
                if "every" not in tail[1]:
                    return tail[0], fields | tail[1]
                return tail[0], fields | tail[1]
        return end, fields

    def other_relative(self, at: int) -> Found | None:
        """"tuần sau", "cùng tháng", "quý này"."""
        found = self.relative(at, "week", "month", "quarter")
        return (found[0], {"unit": found[1][0], "rel": found[1][1:]}) if found else None

    # --- the whole ------------------------------------------------------------------------------

    def expression(self, at: int) -> Found | None:
        """The longest expression (no range) that begins at token ``at``."""
        if at >= self.count or (self.shape[at] != "0" and self.words[at] not in self.lexicon.first):
            return None
        names = _FIGURES if self.shape[at] == "0" else self.lexicon.rules.get(self.words[at], ())
        found = [f for name in names if (f := getattr(self, name)(at))]
        if found and self.words[at] in ("trong", "ngay", "cùng"):
            # "trong năm 2021", "ngay trong chiều cùng ngày": the date begins after these words
            longest, inside = max(f[0] for f in found), at + 1
            while self.words[inside] in ("trong", "cùng"):
                inside += 1
            inner = self.expression(inside)
            if inner and (inner[0] > longest or (inner[0] == longest and not (inner[1].get("rel") and inner[1]["unit"] in ("schoolyear", "term", "day")))):
                return None
        if self.words[at] in self.lexicon.mod and self.near(at + 1):
            for rule in (Grammar.month, Grammar.quarter, Grammar.years, Grammar.century, Grammar.season, Grammar.other_relative):
                if inner := rule(self, at + 1):
                    found.append((inner[0], inner[1] | {"mod": self.lexicon.mod[self.words[at]]}))
            if self.words[at + 1] in ("năm", "tháng", "tuần", _QUARTER) and self.words[at + 2] != "học":
                unit = self.lexicon.unit[self.words[at + 1]]
                found.append((at + 2, {"unit": unit, "bare": True, "mod": self.lexicon.mod[self.words[at]]}))
        return max(found, key=lambda f: f[0]) if found else None

    def figures(self, at: int) -> Found | None:
        """Figures without a word: a month with its year, a year, two years."""
        if self.shape[at] != "0" or (self.glued(at) and self.word[at - 1] not in "(\"'*[+;-"):
            return None
        if self.glued(at) and self.word[at - 1] == "-" and self.glued(at - 1):
            return None
        if span := self.year_span(at):
            return span[0], {"unit": "years", "y": span[1], "y2": span[2], "plain": True}
        if year := self.year(at):
            if year < 1800 or (self.glued(at + 1) and self.word[at + 1] in "-/" and self.glued(at + 2)):
                return None
            return at + 1, {"unit": "year", "y": year, "plain": True}
        month = self.digits(at)
        if month and 1 <= month <= 12 and self.glued(at + 1) and self.words[at + 1] in ("/", "-", ".") and self.glued(at + 2) and (year := self.year(at + 2)) and year >= 1900:
            if self.glued(at + 3) and self.word[at + 3] == "-":
                return None
            return at + 3, {"unit": "month", "m": month, "y": year, "plain": True}
        return None

    def range(self, at: int) -> Found | None:
        """Two ends joined: "từ ngày 1 đến 5-3", "15/10/1930-15/10/2022", "Từ nay đến Tết"."""
        words = self.words
        opened = words[at] == "từ"
        first = at + 1 if opened else at
        if opened and not self.near(first):
            return None
        begin: Found | None = None
        if opened and words[first] == "nay":
            begin = (first + 1, {"unit": "day", "rel": ("today", 0)})
        headed = words[first] in ("ngày", "hôm")
        number = self.digits(first + headed)
        dash = first + headed + 1
        if number and 1 <= number <= 31 and self.near(dash) and words[dash] in ("-", "đến", "tới") and not (self.glued(first + headed) and not headed and words[first - 1] not in "(\"'"):
            # "1-5/3", "từ 2 đến 5.8": the first day alone
            after = dash + 1
            after += words[after] == "hết"
            tight = words[dash] != "-" or self.glued(dash) == self.glued(after)
            last = self.core(after + (words[after] in ("ngày", "hôm")), headed=words[after] == "ngày", lead=True) if self.near(after) and tight else None
            announced = opened or headed or words[dash] != "-" or words[first - 1] == "("
            dashed = words[dash] == "-" and self.glued(dash) and bool(last) and last[1].get("mark") == "-"
            if last and announced and not dashed and last[1].get("m") and last[1]["unit"] == "day" and number < last[1]["d"]:
                return last[0], {"unit": "range", "begin": {"unit": "day", "d": number, "lunar": last[1].get("lunar", False)}, "end": last[1], "opened": opened}
        if begin is None:
            begin = self.expression(first)
        if begin and opened and begin[1]["unit"] == "years" and not begin[1].get("season"):
            return begin[0], {"unit": "range", "begin": {"unit": "year", "y": begin[1]["y"]}, "end": {"unit": "year", "y": begin[1]["y2"]}, "opened": True}
        if begin is None or begin[1].get("unit") == "range" or begin[1].get("y2"):
            return None
        end = begin[0]
        if not self.near(end):
            return None
        joint = words[end]
        if joint not in ("-", "đến", "tới") or (joint == "-" and "mark" not in begin[1] and not opened):
            return None
        after = end + 1
        after += words[after] in ("hết", "cả")
        if not self.near(after):
            return None
        last = self.core(after, headed=True, lead=True) if self.shape[after] == "0" else None
        other = self.expression(after) if not (joint == "-" and self.glued(after)) else last
        if last and (other is None or last[0] > other[0]):
            other = last
        if not other or other[1].get("y2") or other[1]["unit"] == "range":
            return None
        if not _ends_agree(begin[1], other[1], opened, joint):
            return None
        return other[0], {"unit": "range", "begin": begin[1], "end": other[1], "opened": opened}


def _ends_agree(begin: dict, end: dict, opened: bool, joint: str) -> bool:
    """May the two be the ends of one interval?"""
    if joint == "-":
        return begin["unit"] == end["unit"] and "mark" in begin and "mark" in end
    kinds = ("day", "named", "month", "year", "quarter")
    if begin["unit"] not in kinds or end["unit"] not in kinds:
        return begin["unit"] == end["unit"]
    if end.get("plain") and end["unit"] == "year":
        return begin["unit"] in ("year", "month") and begin.get("y", 0) < end["y"]
    return opened or begin["unit"] == end["unit"] or {begin["unit"], end["unit"]} == {"day", "named"}
