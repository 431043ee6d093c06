"""Days: in figures, in words, by weekday, by distance from today, with the clock time and the part
of the day before them."""

from __future__ import annotations

from bantin.dates.calendar import is_day
from bantin.dates.scanner import Found, Scanner


class Days(Scanner):
    """The rules for days."""

    def clock(self, at: int) -> Found | None:
        """A clock time: "8 giờ 30", "10h30", "7:30", "23g"."""
        hour = self.digits(at)
        if hour is None or hour > 24:
            return None
        if self.near(at + 1) and self.words[at + 1] in self.lexicon.hour:
            end, minute = at + 2, 0
            if self.words[end] == "rưỡi":
                return end + 1, (hour, 30)  # type: ignore[return-value]
            value = self.digits(end)
            tight = self.glued(end) or self.words[at + 1] == "giờ"
            if value is not None and value < 60 and tight and not (self.glued(end + 1) and self.words[end + 1] in "-/."):
                end, minute = end + 1, value
                if self.near(end) and self.words[end] in self.lexicon.minute:
                    end += 1
            return end, (hour, minute)  # type: ignore[return-value]
        if self.words[at + 1] == ":" and self.glued(at + 1) and self.glued(at + 2):
            minute_ = self.digits(at + 2)
            if minute_ is not None and minute_ < 60 and len(self.form[at + 2]) == 2:
                return at + 3, (hour, minute_)  # type: ignore[return-value]
        return None

    def numeric(self, at: int, headed: bool = False, lead: bool = False) -> Found | None:
        """A day in figures: 9-1, 30/4, 3.7, 22/12/2021. ``headed``: a word announces a day; ``lead``:
        a dash before it belongs to a range."""
        day = self.digits(at)
        if day is None or not 1 <= day <= 31:
            return None
        if self.glued(at) and not lead and not (self.shape[at - 1] in "xXA" and headed) and self.word[at - 1] not in "(\"'*[+;":
            return None
        mark = self.words[at + 1]
        if mark not in ("/", "-", "."):
            return None
        if not headed and mark == "." and self.line_start(at):
            return None  # a section's number
        tight = self.glued(at + 1) and self.glued(at + 2)
        month = self.digits(at + 2)
        if month is None or not 1 <= month <= 12:
            return None
        end = at + 3
        year = None
        if self.words[end] == mark and (self.glued(end) if tight else self.near(end)):
            following = end + 1
            if self.glued(following) or not tight:
                year = self.year(following)
                if year is None and headed and tight and mark != "." and len(self.form[following]) == 2 and not self.runs_on(following + 1):
                    short = self.digits(following)
                    year = None if short is None else 2000 + short if short <= 40 else 1900 + short
                if year is not None:
                    end = following + 1
        if not tight and not (year and self.near(at + 1) and self.near(at + 2)) and not (headed and mark == "/" and self.near(at + 1) and self.near(at + 2)):
            return None
        if year is None and self.runs_on(end):
            return None
        if self.glued(end) and self.words[end] in ("/", "-") and self.glued(end + 1) and self.shape[end + 1] in ("X", "A"):
            return None  # a document's number: 05-10/QĐ
        fields: dict = {"unit": "day", "d": day, "m": month, "mark": mark}
        if not is_day(day, month, year):
            if day > 30:
                return None
            fields["must_be_lunar"] = True  # 30/2 is a day of the lunar calendar alone
        if year is not None:
            fields["y"] = year
        return end, fields

    def core(self, at: int, headed: bool = False, alone: bool = False, lead: bool = False) -> Found | None:
        """A day of the month with what is written of its month and year. ``alone``: the day may stand alone."""
        words = self.words
        mung = words[at] in self.lexicon.mung
        if mung:
            at += 1
            if not self.near(at):
                return None
        if words[at] == "rằm":
            return self._lunar_day(at + 1, {"unit": "day", "d": 15, "lunar": True, "full_moon": True})
        if found := self.numeric(at, headed or mung, lead):
            end, fields = found
            if mung:
                fields["mung"] = True
            return self._day_tail(end, fields)
        number = self.number(at)
        if number is None or (self.shape[at] != "0" and not (headed or mung)):
            return None
        end, day = number
        if not isinstance(day, int) or not 1 <= day <= 31:
            return None
        fields = {"unit": "day", "d": day}
        if mung:
            if day > 10:
                return None
            fields["mung"] = True
        if self.is_word(end, "tháng") and (month := self.month_name(end + 1)):
            fields |= month[1]
            if not is_day(day, fields["m"]):
                fields["must_be_lunar"] = True
            return self._day_tail(month[0], fields)
        if headed and self.is_word(end, "tháng") and (found := self.relative(end, "month")):
            return found[0], fields | {"mrel": found[1][1:]}
        if words[end] == "tết" and self.near(end) and day <= 30:
            return self._tet_tail(end + 1, {"unit": "named", "lunar": True, "m": 1 if day <= 20 else 12, "d": -1 if day == 30 else day, "tet": True})
        if mung or (alone and self.shape[at] == "0"):
            if self.runs_on(end) or (self.glued(end) and words[end] in "-/."):
                return None
            if self.near(end) and words[end] in self.lexicon.words["every"] and words[end + 1] == "tháng":
                return end + 2, fields | {"every": "month"}
            return self._calendar_word(end, fields)
        return None

    def month_name(self, at: int) -> Found | None:
        """A month by number or name after "tháng"."""
        if not self.near(at):
            return None
        if month := self.lexicon.lunar_month.get(self.words[at]):
            return self._leap(at + 1, {"m": month, "lunar": True})
        number = self.number(at)
        if number is None or not 1 <= number[1] <= 12:  # type: ignore[operator]
            return None
        if self.shape[at] == "0" and (self.runs_on(number[0]) and not (self.words[number[0]] in "/." and self.year(number[0] + 1))):
            return None
        return self._leap(number[0], {"m": number[1]})

    def _leap(self, end: int, fields: dict) -> Found:
        if self.is_word(end, "nhuận"):
            return end + 1, fields | {"leap": True, "lunar": True}
        return end, fields

    def _lunar_day(self, at: int, fields: dict) -> Found:
        if self.is_word(at, "tháng") and (month := self.month_name(at + 1)):
            return self._day_tail(month[0], month[1] | fields)
        return at, fields

    def _calendar_word(self, end: int, fields: dict) -> Found:
        """"âm lịch", "(âm lịch)", "ÂL"; another people's calendar cannot be turned into a day."""
        words = self.words
        opened = int(words[end] == "(" and self.near(end))
        at = end + opened
        if self.near(at) and (words[at] == "âl" or (words[at] == "âm" and words[at + 1] == "lịch")):
            at += 1 if words[at] == "âl" else 2
            if not opened or words[at] == ")":
                return at + opened, fields | {"lunar": True}
        if words[end] == "lịch" and self.near(end) and self.shape[end + 1 if end + 1 < self.count else end] in "XA":
            return end + 2, fields | {"foreign": True}
        return end, fields

    def _day_tail(self, end: int, fields: dict) -> Found | None:
        end, fields = self._calendar_word(end, fields)
        tail = self.year_tail(end, plain=fields.get("mark") is None) if "y" not in fields else None
        if tail and tail[1].get("every") != "month":
            end, fields = tail[0], fields | tail[1]
        if "cycle" in fields:
            fields["lunar"] = True
        if fields.get("lunar"):
            if fields["d"] > 30:
                return None
            end, fields = self._calendar_word(end, fields)
        elif "y" in fields and not is_day(fields["d"], fields["m"], fields["y"]):
            end, fields = self._calendar_word(end, fields)
            fields["must_be_lunar"] = True
        else:
            end, fields = self._calendar_word(end, fields)
        if fields.pop("must_be_lunar", False) and not (fields.get("lunar") and fields["d"] <= 30):
            return None
        return end, fields

    def part_alone(self, at: int) -> Found | None:
        """"Buổi chiều", "trong đêm", "cùng buổi tối": a part of the day in question."""
        words, begin = self.words, at
        if words[at] == "ngay" and self.near(at + 1):
            at += 1
        if words[at] in ("trong", "cùng") and self.near(at + 1):
            at += 1
        if (at == begin and words[at] != "buổi") or (words[begin] == "cùng" and words[begin - 1] == "cuối"):
            return None
        part = self.lexicon.parts.longest(self.word, at) if at < self.count else None
        if not part or not self.on_line(at, part[0]):
            return None
        return part[0], {"unit": "day", "rel": ("mention", 0), "part": part[1], "part_alone": True}

    def week_day(self, at: int) -> Found | None:
        """A weekday with the week it is told to lie in."""
        words = self.words
        if words[at] in ("hôm", "bữa", "ngày") and words[at + 1] in ("thứ", "chủ", "chúa"):
            at += 1
        if words[at] == "thứ" and self.near(at + 1):
            value = self.digits(at + 1)
            day = value - 2 if value is not None and 2 <= value <= 7 and not self.runs_on(at + 2) else self.lexicon.weekday.get(words[at + 1])
        elif words[at] in ("chủ", "chúa") and words[at + 1] == "nhật":
            day = 6
        else:
            return None
        if day is None:
            return None
        end, fields = at + 2, {"unit": "day", "weekday": day}
        if self.near(end) and words[end] in self.lexicon.words["every"] and words[end + 1] == "tuần":
            return None
        if found := self.relative(end, "week") if self.near(end) else None:
            return found[0], fields | {"week": found[1][2]}
        if self.near(end) and words[end] in ("đầu", "cuối") and words[end + 1] == "tuần":
            return end + 2, fields | {"week": 0}
        return self.way(end, fields)

    def way(self, end: int, fields: dict) -> Found:
        """"tới", "này", "vừa rồi" after a month or weekday: which one is meant."""
        words = self.words
        if self.near(end):
            if words[end] in ("tới", "sau"):
                return end + 1, fields | {"way": 1}
            if words[end] == "này":
                return end + 1, fields | {"way": 0}
            if words[end] == "vừa" and words[end + 1] in ("rồi", "qua"):
                return end + 2, fields | {"way": -1}
            if words[end] == "rồi":
                return end + 1, fields | {"way": -1}
        return end, fields

    def day(self, at: int) -> Found | None:
        """A day with all that may stand before it: clock time, part of the day, weekday, "ngày"."""
        words, begin = self.words, at
        fields: dict = {}
        if found := self.clock(at):
            at, fields["clock"] = found
            if words[at] in ("-", "đến", "tới") and self.near(at) and (other := self.clock(at + 1)):
                at, fields["clock_end"] = other
            if words[at] == "," and self.glued(at):
                at += 1
            if not self.near(at):
                return None
        if at < self.count and (part := self.lexicon.parts.longest(self.word, at)) and self.on_line(at, part[0]):
            at, fields["part"] = part
            if words[at] == "," and "clock" not in fields:
                return None
            if not self.near(at):
                return None
        if (weekday := self.week_day(at)) and (at == begin or self.near(at)):
            at = weekday[0]
            fields |= weekday[1]
            joined = self._apposition(at)
            return (joined[0], self._joined(fields, joined[1])) if joined else (at, fields)
        if at >= self.count:
            return None
        if found := self.relative(at, "day"):
            at = found[0]
            fields |= {"unit": "day", "rel": found[1][1:]}
        elif "part" in fields and words[at] in ("nay", "qua", "mai", "kia"):
            # "chiều qua" is yesterday's; "trong chiều qua lại" is rare enough for the classifier
            fields |= {"unit": "day", "rel": ("today", {"nay": 0, "qua": -1, "mai": 1, "kia": 2}[words[at]])}
            at += 1
        else:
            headed = words[at] in ("ngày", "hôm")
            if headed and at == begin and words[at - 1] == "mỗi" and self.near(at):
                return None
            if headed:
                at += 1
                if not self.near(at):
                    return None
            announced = headed or "part" in fields or "clock" in fields
            if not announced and words[at - 1] == "ngày" and words[at - 2] == "mỗi":
                return None
            core = self.core(at, headed=announced, alone=headed or "part" in fields)
            if not core:
                return None
            return core[0], fields | core[1]
        joined = self._apposition(at)
        return (joined[0], self._joined(fields, joined[1])) if joined else (at, fields)

    def _joined(self, fields: dict, other: dict) -> dict:
        """The date that is written beside "sáng nay" or a weekday says the day."""
        said = {"said": fields["rel"]} if "rel" in fields else {}
        return {key: value for key, value in fields.items() if key not in ("rel", "week", "way")} | other | said

    def _apposition(self, at: int) -> Found | None:
        """"(8/2)", ", 15/3", "7/6", ", ngày 13/10/2021" behind a deictic or a weekday."""
        words = self.words
        opened = words[at] == "("
        if opened or (words[at] == "," and self.near(at)):
            at += 1
        if not self.near(at):
            return None
        headed = words[at] == "ngày"
        found = self.core(at + headed, headed=headed, alone=False) if words[at] not in self.lexicon.mung else None
        if not found or "m" not in found[1] or found[1].get("lunar"):
            return None
        if opened:
            return (found[0] + 1, found[1]) if words[found[0]] == ")" else None
        return found
