"""What a title says of the post: role, body, branch, level, place, former, acting.

The level is that of the law on the article's day: since 2025-07-01 there are no districts, and a city
is a province or nothing (Luật Tổ chức chính quyền địa phương, số 72/2025/QH15). What the title
leaves out ("Phó Bí thư, Chủ tịch UBND xã", a bare "Chủ tịch HĐND") is taken from its neighbours in
the row of titles or from the article's locality: in the value, never in the span; ``inferred`` then
says from where (right, left, locality).
"""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from functools import lru_cache

from bantin.lexicon import rows
from bantin.officials.marks import marks
from bantin.reading import Reading, Span
from bantin.text.fold import fold

TWO_LEVELS = date(2025, 7, 1)  # communes and provinces only, from this day on
# A place's kind (places/resolve.py) as a level of a post.
_LEVEL_OF_PLACE = {"province": "province", "district": "district", "commune": "commune", "sublocal": "hamlet", "country": "central"}
_LOCAL = ("province", "district", "commune", "hamlet")
_JOINTS = {",", "và", "kiêm", "-", "–", "—", "&"}


@lru_cache(maxsize=1)
def _nouns() -> dict[str, dict[str, str]]:
    """Folded nouns of units -> their row of lexicon/levels.tsv."""
    return {fold(row["form"]): row for row in rows("officials", "levels", ("form", "level", "party"))}


def describe(reading: Reading) -> None:
    """Set the value of every TITLE of the reading."""
    titles = reading.spans("TITLE")
    for title in titles:
        title.value = _own(reading, title)
    for row in _rows(reading, titles):
        for left, right in zip(reversed(row[:-1]), reversed(row[1:]), strict=True):
            _borrow(left, right, "right")
        for left, right in itertools.pairwise(row):
            _borrow(right, left, "left")
    _settle(reading, titles)


def _own(reading: Reading, title: Span) -> dict:
    """What the title says by itself."""
    tokens = reading.tokens
    first, role_end, role = (title.data[key] for key in ("first", "role_end", "role"))
    opening = marks(reading).role.get(first, (0, {"kind": ""}))
    word = opening[1]["kind"] if opening[1] is not role else ""
    if word in ("former", "acting"):
        first = opening[0]
    places = reading.spans("PLACE", tokens.start[role_end - 1], title.end)
    place = places[-1] if places and places[-1].end == title.end else None
    end = title.end
    for inner in reversed(places):  # "xã Phú Sơn, huyện Quan Hoá": the chain at the end is no part of the body
        if reading.text[inner.end : end].strip(" ,-–") == "":
            end, place = inner.start, inner
        else:
            break
    body = reading.text[tokens.end[role_end - 1] : end].strip(" -–,.") or None
    value: dict = {
        "role": reading.text[tokens.start[first] : tokens.end[role_end - 1]],
        "body": body,
        "branch": _branch(reading, title),
        "level": None,
        "place": place,
        "former": word == "former",
    }
    if word == "acting":
        value["acting"] = True
    value["level"] = _level(reading, title, value)
    return value


def _branch(reading: Reading, title: Span) -> str | None:
    """The body decides; without one, the role."""
    laid = marks(reading)
    for at in range(title.data["role_end"], title.data["last"]):
        if at in laid.body and laid.body[at][1]["branch"] != "*":
            return laid.body[at][1]["branch"]
    branch = title.data["role"]["branch"]
    return None if branch == "*" else branch


def _level(reading: Reading, title: Span, value: dict) -> str | None:
    """By the role, the unit in the title, the unit's noun, the body."""
    role = title.data["role"]
    if role["level"]:
        return _of_the_day(reading, role["level"], value)
    if role["body"] == "abroad":
        return "central"
    place = value["place"]
    if place is not None and place.value.get("kind") in _LEVEL_OF_PLACE:
        level = _LEVEL_OF_PLACE[place.value["kind"]]
        return level if level != "district" or _is_unit(place) else _of_the_day(reading, level, value)
    laid, tokens = marks(reading), reading.tokens
    noun = _noun(reading, title)
    if noun and noun["level"]:
        return _of_the_day(reading, noun["level"], value)
    for at in range(title.data["role_end"], title.data["last"]):
        if at in laid.body:
            levels = [level for level in laid.body[at][1]["levels"].split("+") if level]
            if len(levels) == 1:
                return _of_the_day(reading, levels[0], value)
    text = [tokens.folded[at] for at in range(title.data["role_end"], title.data["last"])]
    if "trung" in text and "ương" in text:
        return "central"
    return None


def _noun(reading: Reading, title: Span) -> dict[str, str] | None:
    """The unit's noun at the title's end ("Chủ tịch UBND xã"); the longest form."""
    tokens = reading.tokens
    last = title.data["last"]
    for size in (3, 2, 1):
        if last - size >= title.data["role_end"] - 1:
            found = _nouns().get(" ".join(tokens.folded[last - size : last]))
            if found:
                return found
    return None


def day_of(reading: Reading) -> date | None:
    """The first day that the article may be of; None if nothing tells it."""
    published = reading.article.published
    if published is not None:
        return published.first
    inferred = str(reading.facts.get("published_inferred") or "")
    try:
        return date.fromisoformat((inferred + "-01-01")[:10]) if inferred else None
    except ValueError:
        return None


def _is_unit(place: Span) -> bool:
    """The place's own record has a unit of that day: the law has been asked there."""
    return bool(place.value.get("code"))


def _of_the_day(reading: Reading, level: str, value: dict) -> str | None:
    """The level if the law of the article's day knows it. A former post keeps its level."""
    day = day_of(reading)
    after = day is not None and day >= TWO_LEVELS
    if level == "city":  # "thành phố": a province since 2025, before it a province or a district
        return "province" if after else None
    if level == "district" and after and not value["former"]:
        return None
    return level


def _rows(reading: Reading, titles: list[Span]) -> list[list[Span]]:
    """Titles in a row ("T, T và T"), two or more."""
    out: list[list[Span]] = []
    for title in titles:
        if out and reading.folded[out[-1][-1].end : title.start].strip() in _JOINTS:
            out[-1].append(title)
        else:
            out.append([title])
    return [row for row in out if len(row) > 1]


def _borrow(title: Span, giver: Span, side: str) -> None:
    """What ``title`` lacks of level, place and body, from its neighbour."""
    value, given = title.value, giver.value
    if value["level"] == "central" or given["level"] not in _LOCAL or given["former"] != value["former"]:
        return
    took = False
    if value["level"] is None and value["place"] is None and value["branch"] not in ("service", "armed", "company", "hamlet") and not _stands_alone(value):
        value["level"] = given["level"]
        took = True
    if value["level"] != given["level"]:
        return
    if value["place"] is None and given["place"] is not None:
        value["place"] = given["place"]
        took = True
    role = fold(value["role"])
    if value["body"] is None and side == "right" and title.data["role"]["body"] != "none":
        noun = given["body"] and next((row for form, row in _nouns().items() if fold(given["body"]).endswith(" " + form)), None)
        if noun is None and given["place"] is not None:
            noun = _nouns().get(given["place"].data.get("class") or "")
        if value["branch"] == "party" and noun and noun["party"]:
            value["body"] = noun["party"]
            took = True
        elif "chủ tịch" in role and "chủ tịch" in fold(given["role"]) and given["body"]:
            value["body"], value["branch"] = given["body"], value["branch"] or given["branch"]
            took = True
    if took:
        value["inferred"] = side


def _stands_alone(value: dict) -> bool:
    """A post with an office of its own ("Giám đốc Sở Tư pháp") takes no level from beside it."""
    return value["body"] is not None and value["branch"] not in ("party", "council", "front", "government")


def _settle(reading: Reading, titles: list[Span]) -> None:
    """The place of posts whose unit only the article as a whole tells."""
    local = locality(reading)
    for title in titles:
        value = title.value
        if value["place"] is not None or value["level"] == "central" or value["branch"] not in ("party", "council", "government", "front", "armed"):
            continue
        if value["level"] is None and value["body"] is not None and fold(value["body"]) in ("hđnd", "ubnd", "hội đồng nhân dân", "ủy ban nhân dân") and len(local) == 1:
            value["level"] = next(iter(local))
        if value["level"] in local:
            value["place"] = local[value["level"]]
            value.setdefault("inferred", "locality")


def locality(reading: Reading) -> dict[str, Span]:
    """Of each level the unit for which the article's posts and bodies speak: the one named there, or
    the one named at all; a level with two of them has none."""
    laid, tokens = marks(reading), reading.tokens
    spoken: dict[str, Counter] = {}
    first: dict[tuple[str, str], Span] = {}
    body_ends = {end for end, _ in laid.body.values()}
    for place in reading.spans("PLACE"):
        level = _LEVEL_OF_PLACE.get(place.value.get("kind", ""))
        if level not in ("province", "district", "commune"):
            continue
        key = place.value.get("code") or reading.folded[place.start : place.end]
        first.setdefault((level, key), place)
        at = tokens.at(place.start)
        spoken.setdefault(level, Counter())[key] += 10 if {at, at + 1, at + 2} & body_ends else 1
    out = {}
    for level, counts in spoken.items():
        ranked = counts.most_common(2)
        if len(ranked) == 1 or (ranked[0][1] >= 10 and ranked[0][1] > 2 * ranked[1][1]):
            out[level] = first[level, ranked[0][0]]
    return out
