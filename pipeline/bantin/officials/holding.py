"""What the classifier sees of a name and a title: may the one hold the other? The way between them
as a pattern, the row of titles that the title stands in, what touches its ends, and words of
appointment and dismissal."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from bantin.officials.marks import Marks, closed, marks, touching
from bantin.reading import Candidate, Reading, Span


class _Line:
    """A zone laid out once for all its pairs: items, where each begins, words of appointment."""

    def __init__(self, reading: Reading, laid: Marks, zone: tuple[int, int]) -> None:
        tokens = reading.tokens
        self.items = _items(reading, laid, *zone)
        self.starts = [start for start, _, _ in self.items]
        self.cues = [(at, kind) for at, _, kind in laid.cue if zone[0] <= tokens.start[at] < zone[1]]
        self.cue_ends = {end: kind for at, end, kind in laid.cue if zone[0] <= tokens.start[at] < zone[1]}
        self.titles = {tokens.before(span.end) + 1: tokens.at(span.start) for span in reading.spans("TITLE", *zone)}

    def at(self, span: Span) -> int:
        """The item that the span is; -1 if it is none."""
        index = bisect_left(self.starts, span.start)
        return index if index < len(self.items) and self.starts[index] == span.start else -1

    def between(self, left: int, right: int) -> list[tuple[int, int, str]]:
        return [item for item in self.items[bisect_left(self.starts, left) : bisect_right(self.starts, right)] if item[0] >= left and item[1] <= right]


def holds(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    lines: dict[tuple[int, int], _Line] = {}
    for c in candidates:
        official, title, zone = c.data["official"], c.data["title"], c.data["zone"]
        if zone not in lines:
            lines[zone] = _Line(reading, laid, zone)
        line = lines[zone]
        before = title.start < official.start
        left, right = (title, official) if before else (official, title)
        between = line.between(left.end, right.start)
        kinds = [kind for _, _, kind in between]
        pattern = "".join(kinds)
        order = "TO" if before else "OT"
        f = c.features
        f += [order, "kind=" + c.label]
        f.append(f"{order}={pattern}" if len(kinds) <= 7 else f"{order}=long")
        squeezed = "".join(kind for kind, following in pairwise([*kinds, ""]) if kind != "w" or following != "w")
        f.append(f"{order}~{squeezed}" if len(squeezed) <= 9 else f"{order}~long")
        titles_between, officials_between = kinds.count("T"), kinds.count("O")
        f.append(f"{order}|T{min(titles_between, 3)}|O{min(officials_between, 3)}")
        f.append(f"{order}|T{min(titles_between, 3)}|O{min(officials_between, 3)}|{''.join(sorted(set(kinds) - set('TOPHRD')))}")
        if kinds:
            f.append(f"{order}>{kinds[0]}")
            f.append(f"{order}<{kinds[-1]}")
        for mark in (":", ";", "(", ")", "n"):
            f.append(f"{order}{mark}{min(kinds.count(mark), 2)}|O{min(officials_between, 2)}")
        f += _chain(line, title, official, order)
        # A title that touches another name belongs to it.
        rivals = _rivals(line, title, official)
        f += [f"{order}|rival={rival}" for rival in rivals]
        f.append(f"{order}|rivals={','.join(rivals)}|O{min(officials_between, 2)}")
        at = tokens.at(title.start)
        f.append("tp=" + closed(reading, at - 1).translate(_MARKS))
        f.append("tn=" + closed(reading, tokens.before(title.end) + 1).translate(_MARKS))
        at_name = tokens.at(official.start)
        f.append("op=" + (laid.honorific_end.get(at_name) or closed(reading, at_name - 1)))
        words = [tokens.folded[i] for kind, start, stop in _loose(between) for i in range(tokens.at(start), tokens.before(stop) + 1)]
        if len(words) <= 12:
            f += [f"{order}w={word}" for word in set(words)]
        sentence = {kind for _, kind in line.cues}
        f += [f"{c.label}|cue={kind}" for kind in sorted(sentence)]
        near = [(start, kind) for start, kind in line.cues if tokens.start[start] < title.start]
        if near:
            f.append(f"{c.label}|last={near[-1][1]}|{'near' if at - near[-1][0] <= 6 else 'far'}")
            reach = touching(reading, line.cue_ends, line.titles, at, zone[0])
            f.append(f"{c.label}|{order}|touch={reach}|O{min(officials_between, 1)}")
            f.append(f"{c.label}|{order}|touch={reach}|{'passive' if _passive(reading, line.cues, left.end, right.start) else 'active'}")
        if c.data["governs"]:
            f += ["governs", "governs=" + c.data["governs"]]
        shape = _squeeze(between)
        f.append(f"{order}≈{shape}" if len(shape) <= 12 else f"{order}≈long")
        f.append("conf=" + ("low" if min(official.confidence, title.confidence) < 0.6 else "high"))
        f.append("block=" + reading.block_of(official.start).kind)
    for c in candidates:
        if c.label != "holds":
            c.features[:] = [f"{c.label}:{feature}" for feature in c.features]


def _items(reading: Reading, laid: Marks, start: int, end: int) -> list[tuple[int, int, str]]:
    """The zone as a line of items: T O P D spans, H honorifics, R ranks, marks as they are, w words."""
    tokens = reading.tokens
    spans = {span.start: (span.end, letter) for label, letter in (("DATE", "D"), ("PLACE", "P"), ("TITLE", "T"), ("OFFICIAL", "O")) for span in reading.spans(label, start, end)}
    out = []
    at = tokens.at(start)
    while at < len(tokens) and tokens.start[at] < end:
        offset = tokens.start[at]
        if at and "\n" in reading.text[tokens.end[at - 1] : offset] and offset > start:
            out.append((offset, offset, "n"))
        if offset in spans:
            stop, letter = spans[offset]
            out.append((offset, stop, letter))
            at = max(tokens.before(stop) + 1, at + 1)
            continue
        if at in laid.honorific:
            stop_at, kind = laid.honorific[at]
            out.append((offset, tokens.end[stop_at - 1], {"rank": "R", "comrade": "C"}.get(kind, "H")))
            at = stop_at
            continue
        form = tokens.folded[at]
        kind = tokens.shape[at]
        out.append((offset, tokens.end[at], "&" if form in ("và", "kiêm", "cùng") else "w" if kind in ("x", "X", "A", "0") else "-" if kind in "-–—" else kind))
        at += 1
    return out


def _passive(reading: Reading, cues: list[tuple[int, str]], start: int, end: int) -> bool:
    """ "được bổ nhiệm", "bị cách chức": the person before it comes into the post or leaves it."""
    tokens = reading.tokens
    return any(start <= tokens.start[at] < end and at and tokens.folded[at - 1] in ("được", "bị", "xin") for at, _ in cues)


def _loose(between: list[tuple[int, int, str]]) -> list[tuple[str, int, int]]:
    """What stands between name and title outside of other spans and honorifics."""
    return [(kind, start, stop) for start, stop, kind in between if kind == "w" and stop > start]


# Dashes and opening brackets do what a comma does between a name and its post.
_MARKS = str.maketrans({"-": ",", "(": ","})


def _squeeze(between: list[tuple[int, int, str]]) -> str:
    """The way between name and title as a short pattern: honorifics are left out, titles in a row
    are one t, names in a row one o, words one w."""
    text = "".join(kind for _, _, kind in between if kind not in "HRC")
    text = re.sub(r"\((?:[^()TO]{0,40})\)", "()", text)
    text = re.sub(r"[wPD0]+", "w", text).translate(_MARKS)
    text = re.sub(r"T(?:[,&]T)*", "t", text)
    return re.sub(r"O(?:[,&]O)*", "o", text)


def _chain(line: _Line, title: Span, official: Span, order: str) -> list[str]:
    """The row of titles that this one stands in ("T, T và T"), and what touches its two ends: this
    name, another one, a colon, a line's end or words."""
    items, at = line.items, line.at(title)
    if at < 0:
        return []
    left = right = at
    while left > 1 and items[left - 1][2] in ",&-" and items[left - 2][2] == "T":
        left -= 2
    while right + 2 < len(items) and items[right + 1][2] in ",&-" and items[right + 2][2] == "T":
        right += 2

    def touch(index: int, step: int) -> str:
        mark = ""
        for _ in range(5):
            if not 0 <= index < len(items):
                return mark + "w"
            kind = items[index][2]
            if kind == "O":
                return mark + ("this" if items[index][0] == official.start else "other")
            if kind == ")" and step < 0:  # "NAME (…), POST"
                while index > 0 and items[index][2] != "(":
                    index -= 1
                mark += "()"
            elif kind in ",-:;(&n":
                mark += kind
            elif kind not in "HRC":
                return mark + ("date" if kind == "D" else "place" if kind == "P" else "T" if kind == "T" else "w")
            index += step
        return mark + "far"

    before, after = (touch(left - 1, -1).translate(_MARKS), touch(right + 1, 1).translate(_MARKS))
    place = f"{min((at - left) // 2, 2)}of{min((right - left) // 2, 2)}"
    return [f"{order}|cl={before}", f"{order}|cr={after}", f"{order}|cl={before}|cr={after}", f"{order}|cl={before}|cr={after}|{place}"]


def _rivals(line: _Line, title: Span, official: Span) -> list[str]:
    """How the title stands to other names: touching one before it or after it, with or without a comma."""
    items, index = line.items, line.at(title)
    if index < 0:
        return []
    found = []
    right = [kind for _, _, kind in items[index + 1 : index + 4]]
    left = [kind for _, _, kind in reversed(items[max(0, index - 3) : index])]
    if right and right[0] == "O" and items[index + 1][0] != official.start:
        found.append("right")
    elif len(right) > 1 and right[0] in "HRC" and right[1] == "O" and items[index + 2][0] != official.start:
        found.append("righthon")
    if len(left) > 1 and left[0] in ",-(" and left[1] == "O" and items[index - 2][0] != official.start:
        found.append("left" + left[0])
    return found
