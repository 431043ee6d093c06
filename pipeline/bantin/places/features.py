"""What the classifier sees of a place."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from bantin.places.candidates import marks
from bantin.reading import Candidate, Reading, Tokens

# What the names' kinds may be after a class noun of a kind.
_LEVEL = {"province": {"province"}, "city": {"province", "district"}, "district": {"district"}, "commune": {"commune"}}
_REACH = 8  # tokens over which a word before a place tells what it is


def _sense(tokens: Tokens, senses: list[tuple[int, str]], ends: list[int], first: int) -> tuple[str, str]:
    """The sense of the nearest telling word before token ``first`` in its clause, and how far it is; ('', '')."""
    index = bisect_right(ends, first) - 1
    if index < 0 or first - ends[index] > _REACH:
        return "", ""
    end, sense = senses[index]
    if any(form in ".;:()“”\"" for form in tokens.form[end:first]):
        return "", ""
    gap = first - end
    return sense, "0" if gap == 0 else "capitals" if all(shape in ("X", "A") for shape in tokens.shape[end:first]) else "1-2" if gap <= 2 else "3+"


def describe(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    folded, shape, form = tokens.folded, tokens.shape, tokens.form
    count = len(tokens)
    # How often each name stands in the article with a class noun: a bare name leans on it.
    classed: Counter[str] = Counter()
    for c in candidates:
        if c.rule == "class+name":
            classed[" ".join(folded[c.data["name"] : c.data["last"]])] += 1
    longest: dict[tuple[int, str], int] = {}
    for c in candidates:
        key = (c.data["first"], c.data["class"])
        longest[key] = max(longest.get(key, 0), c.data["last"])
    # The extents of one name that the units' table knows at the level of its class noun.
    fitting: dict[tuple[int, int], list[int]] = {}
    for c in candidates:
        if (level := _LEVEL.get(c.data["kind"])) and c.data["class"]:
            fitting[c.data["first"], c.data["name"]] = [end for end, kinds in laid.names.get(c.data["name"], ()) if level & set(kinds.split("+"))]
    ends = [end for end, _ in laid.senses]
    for c in candidates:
        first, name, last = c.data["first"], c.data["name"], c.data["last"]
        noun = c.data["class"]
        previous = folded[first - 1] if first else "¶"
        following = folded[last] if last < count else "¶"
        if last < count and "\n" in reading.text[tokens.end[last - 1] : tokens.start[last]]:
            following = "⏎"
        next_shape = shape[last] if last < count else "¶"
        kinds = next((kinds for end, kinds in laid.names.get(name, ()) if end == last), "")
        longer = [end for end, _ in laid.names.get(name, ()) if end > last]
        size = last - name
        kind = c.data["kind"] if c.rule != "known" else "known"
        f = c.features
        f += [
            "rule=" + c.rule,
            "class=" + noun,
            "kind=" + kind,
            "prev=" + previous,
            "next=" + following,
            "nexts=" + next_shape,
            f"size={size}",
            f"rule={c.rule}|known={kinds}",
            f"rule={c.rule}|prev={previous}",
            f"class={noun}|shape={shape[first]}",
            f"class={noun}|known={bool(kinds)}",
            f"kind={kind}|known={kinds}",
            "shapes=" + "".join(shape[name:last]),
            "block=" + reading.block_of(c.start).kind,
        ]
        if first >= 2:
            f.append(f"prev2={folded[first - 2]} {previous}")
            f.append(f"rule={c.rule}|prev2={folded[first - 2]} {previous}")
        if first >= 3:
            f.append(f"prev3={folded[first - 3]} {folded[first - 2]} {previous}")
        for back in range(2, 6):
            if first >= back and shape[first - back] in ("x", "X", "A"):
                f.append("near=" + folded[first - back])
        if last + 1 < count:
            f.append(f"next2={following} {folded[last + 1]}")
        f.append(f"edge={next_shape}|rule={c.rule}|known={bool(kinds)}")
        fits = fitting.get((first, name))
        if fits is not None:
            f.append(f"fits={last in fits}|shorter={any(end < last for end in fits)}|longer={any(end > last for end in fits)}")
        sense, far = _sense(tokens, laid.senses, ends, first)
        if sense:
            f += [f"sense={sense}", f"sense={sense}|far={far}|class={bool(noun)}", f"sense={sense}|far={far}|known={kinds}"]
        if not noun:
            f.append(f"prev={previous}|known={kinds}")
            f.append(f"known={kinds}|next={following}")
            if shape[first] == "A" and ((first and shape[first - 1] == "A") or next_shape == "A"):
                f.append(f"capitals|known={bool(kinds)}")
            if following == "-" and last + 1 in laid.names:
                f.append(f"hyphen|known={bool(kinds)}|next")
            if previous == "-" and any(end == first - 1 for back in range(2, 6) for end, _ in laid.names.get(first - 1 - back + 1, ())):
                f.append(f"hyphen|known={bool(kinds)}|prev")
            if " - " in reading.folded[c.start : c.end]:
                f.append(f"hyphen|inside|known={bool(kinds)}")
        if longer:
            f.append("longer")
            f.append(f"longer|rule={c.rule}")
        if longest[(first, noun)] > last:
            f.append("cut")
            f.append(f"cut|known={bool(kinds)}|next={next_shape}")
            f.append("cut>" + following)
        else:
            f.append("whole")
            f.append(f"whole|rule={c.rule}|known={bool(kinds)}|size={size}")
        left_capital = first > 0 and shape[first - 1] in ("X", "A") and reading.text[tokens.end[first - 1] : tokens.start[first]] == " "
        f.append(f"leftcap={left_capital}|rule={c.rule}|known={kinds}")
        if left_capital:
            f.append("leftcap=" + previous)
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
            f.append("cutword|rule=" + c.rule)
        key = " ".join(folded[name:last])
        if c.rule != "class+name" and key in classed:
            f.append("classed")
            f.append(f"classed|rule={c.rule}|prev={previous}")
        if kinds:
            f += ["known=" + part for part in kinds.split("+")]
            f.append(f"name={key}|bare={not noun}")
        if not noun and first in laid.class_end:
            f.append("afterclass=" + laid.class_end[first]["kind"])
            f.append("afterclass")
        if c.start and reading.text[c.start - 1] in "“\"'‘":
            f.append("quoted")
        if previous == "(" or previous == '"':
            f.append(f"open={previous}|rule={c.rule}")
        if form[first].isupper() and len(form[first]) > 1:
            f.append(f"caps|{c.rule}|known={bool(kinds)}")
