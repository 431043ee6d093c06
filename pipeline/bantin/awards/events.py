"""What an award is by the law of the article's day, and the events of an article.

Values of a span: ``kind`` (of the lexicon), ``rank``, ``years`` of a party badge, ``class``, ``law`` and
``article`` where the law on emulation and commendation in force on the article's day names it (Luật
15/2003/QH11, amended by 39/2013/QH13, and 06/2022/QH15), ``realis``.

An event is one giving: later mentions and captions that repeat it are merged into it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bantin.awards.clauses import Giving, givings
from bantin.awards.lexicons import awards, marks
from bantin.lexicon import Gazetteer, rows
from bantin.reading import Reading, Span
from bantin.text.fold import fold

_RANK = re.compile(r"\b(?:hạng|giải|huy chương|cúp|hc)\s+(nhất|nhì|ba|tư|đặc biệt|khuyến khích|vàng|bạc|đồng|a|b|c)\b|\bhc([vbđ])\b|\bhạng (i{1,3})\b")
_SHORT = {"v": "vàng", "b": "bạc", "đ": "đồng", "i": "nhất", "ii": "nhì", "iii": "ba"}
_YEARS = re.compile(r"\b(\d{2})\b")
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?\Z")
_QUOTES = str.maketrans("", "", "“”\"'‘’«»")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_SHARE = 3  # blocks before an anaphoric sentence ("Dịp này") in which its day may stand


@lru_cache(maxsize=1)
def laws() -> Gazetteer:
    return Gazetteer((row["form"], row) for row in rows("awards", "laws", ("form", "kind", "class", "law_2003", "law_2022")))


@lru_cache(maxsize=1)
def acts() -> list[dict[str, str]]:
    return sorted(rows("awards", "acts", ("number", "name", "force", "articles")), key=lambda row: row["force"])


@lru_cache(maxsize=1)
def levels() -> Gazetteer:
    return Gazetteer((row["form"], row["level"]) for row in rows("awards", "levels", ("form", "level")))


def act_of(published: object) -> dict[str, str] | None:
    """The law in force on a published date (a year or month alone is taken at its middle); None before the
    first and without a date."""
    year = getattr(published, "year", None)
    if not year:
        return None
    month, day = getattr(published, "month", None), getattr(published, "day", None)
    moment = f"{year:04}-{month or 7:02}-{day or (15 if month else 2):02}"
    found = None
    for act in acts():
        if act["force"] <= moment:
            found = act
    return found


def describe(reading: Reading) -> None:
    """Set ``value`` of every AWARD."""
    act = act_of(reading.article.published)
    tokens = reading.tokens
    for span in reading.spans("AWARD"):
        first, last = tokens.at(span.start), tokens.before(span.end) + 1
        folded = [token for token in tokens.folded[first:last] if token not in "“”\"'‘’«»"]
        surface = reading.folded[span.start : span.end]
        value: dict = {"kind": _kind(span, folded), "realis": bool(span.data.get("realis", True))}
        if rank := _RANK.search(surface):
            found = next(part for part in rank.groups() if part)
            value["rank"] = _SHORT.get(found, found)
        if value["kind"] == "party badge" and (years := _YEARS.search(surface)):
            value["years"] = int(years[1])
        named = _named(folded)
        if named and act:
            value |= {"class": named["class"], "law": act["number"]}
            if named[act["articles"]]:
                value["article"] = named[act["articles"]]
        span.value = value
    for giving in givings(reading):
        # "Huy hiệu 70, 60 năm tuổi Đảng": the first is a party badge too
        if any(award.value["kind"] == "party badge" for award in giving.awards):
            for award in giving.awards:
                if award.value["kind"] == "badge" and (years := _YEARS.search(reading.text[award.start : award.end])):
                    award.value |= {"kind": "party badge", "years": int(years[1])}


def _kind(span: Span, folded: list[str]) -> str:
    """The kind of an award's head; of "danh hiệu …" and of a quoted name what stands inside says it."""
    head = span.data.get("head")
    kind = head["kind"] if head else "title"
    if span.rule == "badge ellipsis":
        return "party badge"
    if kind == "badge" and any(word == "tuổi" for word in folded) and "đảng" in folded:
        return "party badge"
    if kind == "title":
        inside = [row["kind"] for _, _, row in awards().scan(folded) if row["kind"] != "title"]  # type: ignore[index]
        return inside[0] if inside else "status"
    return kind


def _named(folded: list[str]) -> dict[str, str] | None:
    """The law's row for an award: the longest of its forms that the name holds."""
    found = sorted(laws().scan(folded), key=lambda match: match[0] - match[1])
    return found[0][2] if found else None  # type: ignore[return-value]


def level_of(issuer: str) -> str | None:
    """The level of an issuer's name: of its last word that tells one before the unit's own name."""
    found = levels().scan(_WORDS.findall(fold(issuer)))
    order = ("state", "ministry", "province", "city", "district", "commune")
    if not found:
        return None
    first = [level for start, _, level in found if level in ("state", "ministry") and start <= 2]
    if first:
        return str(first[0])
    return str(next(level for _, _, level in sorted(found, key=lambda match: (match[0], -match[1])) if level in order))


# --- events ---------------------------------------------------------------------------------------


def events(reading: Reading) -> list[dict]:
    """One event a giving, in order, repeats merged. Values are Spans and extents; ``names`` their surfaces,
    so that a table needs no text."""
    found: list[dict] = []
    of_award: dict[int, dict] = {}
    for relation in reading.relations:
        if relation.kind != "award":
            continue
        roles = dict(relation.roles)
        award: Span = roles.pop("award")
        issuer = roles.pop("issuer", None)
        event = of_award.get(id(award))
        if event is None:
            event = of_award[id(award)] = {"award": award, **roles}
        if issuer is not None:
            event.setdefault("issuer", issuer)
            event.setdefault("issuers", []).append(issuer)
    for giving in givings(reading):
        for award in giving.awards:
            event = of_award.get(id(award), {"award": award})
            found.append({**event, **_setting(reading, giving)})
    merged: list[dict] = []
    for event in sorted(found, key=lambda event: event["award"].start):
        same = next((other for other in reversed(merged) if _same(reading, other, event)), None)
        if same is None:
            merged.append({**event, "mentions": [event["award"]]})
        else:
            same["mentions"].append(event["award"])
            for key, value in event.items():
                same.setdefault(key, value)
            if event.get("presenters"):
                held = {_name(reading, value) for value in same["presenters"]}
                same["presenters"] = same["presenters"] + [value for value in event["presenters"] if not _shares(held, {_name(reading, value)})]
    return [_finish(reading, event) for event in merged]


def _finish(reading: Reading, event: dict) -> dict:
    award: Span = event["award"]
    out = {"award": award, **{key: award.value[key] for key in ("kind", "rank", "years", "class", "law", "realis") if key in award.value}}
    out |= {key: event[key] for key in ("issuer", "presenters", "recipients", "reason", "date", "place") if key in event}
    if len(event.get("issuers", ())) > 1:
        out["issuers"] = event["issuers"]
    if len(event["mentions"]) > 1:
        out["mentions"] = event["mentions"]
    names: dict = {"award": _surface(reading, award)}
    for key in ("issuer", "place", "reason"):
        if key in event:
            names[key] = _surface(reading, event[key])
    for key in ("presenters", "recipients"):
        if key in event:
            names[key] = [_surface(reading, value) for value in event[key]]
    if "issuers" in out:
        names["issuers"] = [_surface(reading, value) for value in out["issuers"]]
    if "date" in event:
        names["date"] = event["date"].value.get("value")
    if "issuer" in event and (level := level_of(names["issuer"])):
        out["level"] = level
    out["names"] = names
    return out


def _surface(reading: Reading, part: Span | tuple[int, int]) -> str:
    start, end = part if isinstance(part, tuple) else (part.start, part.end)
    return " ".join(reading.text[start:end].split())


def _name(reading: Reading, part: Span | tuple[int, int]) -> str:
    return fold(_surface(reading, part)).translate(_QUOTES)


def _same(reading: Reading, one: dict, other: dict) -> bool:
    """Does a later event repeat an earlier one? The award's name is the same or its beginning, and nothing
    that both say differs; two full events need a recipient in common."""
    first, second = one["award"], other["award"]
    if first.value["kind"] != second.value["kind"] or first.value["realis"] != second.value["realis"] or first.value.get("years", 0) != second.value.get("years", first.value.get("years", 0)):
        return False
    names = _core(reading, first), _core(reading, second)
    if not (names[0] == names[1] or (len(names[1]) < len(names[0]) and names[0].startswith(names[1]))):
        return False
    if "issuer" in one and "issuer" in other and not _alike(_name(reading, one["issuer"]), _name(reading, other["issuer"])):
        return False
    mine = {_name(reading, part) for part in one.get("recipients", ())}
    yours = {_name(reading, part) for part in other.get("recipients", ())}
    if mine and yours:
        return _shares(mine, yours)
    # a mention without receivers repeats what stands in the same or the neighbouring sentence only
    return not yours and second.start - first.end < 600 and ("presenters" not in other or "presenters" in one)


def _core(reading: Reading, award: Span) -> str:
    return _name(reading, award).removeprefix("danh hiệu ").strip()


def _shares(mine: set[str], yours: set[str]) -> bool:
    """A name in common, in full or by its last syllables ("Tùng" of "Lê Văn Tùng")."""
    return any(a == b or a.endswith(" " + b) or b.endswith(" " + a) for a in mine for b in yours)


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) or one.endswith(other) or other.endswith(one)


def _setting(reading: Reading, giving: Giving) -> dict:
    """The DATE and PLACE of a giving's sentence; after "dịp này", "tại buổi lễ" the last day named before."""
    award = giving.awards[0]
    left, right = reading.sentence_of(award.start)
    out: dict = {}
    dates = [span for span in reading.spans("DATE", left, right) if _DAY.match(str(span.value.get("value", ""))) and not any(a.start <= span.start < a.end for a in giving.awards)]
    if dates:
        # the most exact one, of these the nearest
        out["date"] = max(dates, key=lambda span: (len(span.value["value"]), -abs(span.start - award.start)))
    elif _refers_back(reading, left, right):
        block = reading.blocks.index(reading.block_of(award.start))
        floor = reading.blocks[max(0, block - _SHARE)].start
        before = [span for span in reading.spans("DATE", floor, left) if len(str(span.value.get("value", ""))) == 10 and _DAY.match(span.value["value"])]
        if before:
            out["date"] = before[-1]
    tokens = reading.tokens
    for span in reading.spans("PLACE", left, right):
        at = tokens.at(span.start)
        if at and tokens.folded[at - 1] in ("tại", "ở") and not any(a.start <= span.start < a.end for a in giving.awards):
            out["place"] = span
            break
    return out


def _refers_back(reading: Reading, left: int, right: int) -> bool:
    laid = marks(reading)
    tokens = reading.tokens
    first, last = tokens.at(left), min(tokens.before(right) + 1, tokens.at(left) + 12)
    return any(
        first <= start < last and kind == "done" and " ".join(tokens.folded[start:end]).endswith(("dịp này", "buổi lễ", "hội nghị", "tại lễ")) for start, end, kind in laid.cues_between(first, last)
    )
