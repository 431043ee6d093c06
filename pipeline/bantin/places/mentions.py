"""Accepted spans as mentions of units: which name, which official kinds, and what stands beside them.

A class noun fixes the kinds ("huyện X"), and so does a body directly before a bare name ("Thành ủy
X"), or the class noun that coordinated names share ("các thành phố X, Y"). Offsets are code points
of the reading's clean text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from bantin.lexicon import Gazetteer, rows, split
from bantin.places import candidates
from bantin.places.options import Option
from bantin.reading import Reading, Span

# What may stand between two mentions of one run: marks, "và", words of belonging.
_LINK = re.compile(
    r"\)?(?: ?[,;:&/-])? ?\(?(?:(?:và|với|hay|hoặc|cùng|đến|nay|trước đây|cũ|nay là) ){0,2}"
    r"(?:(?:thuộc|của|ở|tại|thuộc địa bàn|trên địa bàn|nằm trên địa bàn) )?\(?"
)
_SIBLING = re.compile(r"(?: ?[,;&/-])? ?(?:(?:và|với|hay|hoặc|cùng|đến) )?")
_LONGEST_LINK = 32
_NUMBER = re.compile(r"(?:số )?0*(\d+)")


@dataclass(slots=True, eq=False)
class Mention:
    """A place span as the linker sees it.

    ``kinds`` are the official kinds that are possible, () if anything is; ``sort`` is the kind of the
    class noun ("bare" without one, unless the name is known for no unit); ``gap`` is the text between it and the mention before it if they
    stand in one run, else None; ``tiers`` are the units that it may mean, the likeliest tier first.
    """

    span: Span
    name: str
    kinds: tuple[str, ...]
    sort: str
    sentence: int
    former: bool = False
    plural: bool = False
    gap: str | None = None
    sibling: bool = False
    tiers: list[tuple[Option, ...]] = field(default_factory=list)
    choice: Option | None = None
    chained: bool = False

    @property
    def unit(self) -> bool:
        """May it be a unit of the State?"""
        return bool(self.kinds) or self.sort == "bare"

    @property
    def options(self) -> tuple[Option, ...]:
        """The units of the likeliest tier that has any."""
        return self.tiers[0] if self.tiers else ()


@lru_cache(maxsize=1)
def _cues() -> dict[str, Gazetteer]:
    """lexicon/cues.tsv by cue: heads and plurals stand before the place, former after it."""
    found: dict[str, list[tuple[str, object]]] = {}
    for row in rows("places", "cues", ("form", "cue", "unit")):
        found.setdefault(row["cue"], []).append((row["form"], tuple(row["unit"].split("|"))))
    return {cue: Gazetteer(pairs) for cue, pairs in found.items()}


@lru_cache(maxsize=1)
def plurals() -> frozenset[str]:
    """The folded words before a class noun that make it plural (các, những, hai …)."""
    return frozenset(row["form"] for row in rows("places", "cues", ("form", "cue")) if row["cue"] == "plural")


@lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[str, ...]]:
    """Official kinds by the class noun's folded tokens."""
    return {row["form_key"]: tuple(row["unit"].split("|")) for row in candidates.class_rows() if row["unit"]}


@lru_cache(maxsize=16384)
def known_kinds(name: str) -> tuple[str, ...]:
    """The kinds under which a whole folded name is known (names.tsv, units.tsv, aliases.tsv)."""
    parts = list(split(name))
    found = candidates.names().longest(parts, 0) if parts else None
    return tuple(str(found[1]).split("+")) if found and found[0] == len(parts) else ()


def _no_unit(name: str) -> str:
    """The kind of a bare name that is a country, a region or a natural place and of units at most a
    commune (Hà Lan, Trường Sơn); '' for others."""
    known = known_kinds(name)
    if "province" in known or ("district" in known and "country" not in known):
        return ""
    return next((kind for kind in ("country", "foreign", "region", "natural") if kind in known), "")


def mentions(reading: Reading) -> list[Mention]:
    """The places of the reading in order, with what their neighbourhood says."""
    tokens = reading.tokens
    cues = _cues()
    kinds = _kinds()
    folded = tokens.folded
    out: list[Mention] = []
    before: Mention | None = None
    for span in reading.spans("PLACE"):
        first, at, last, noun = (span.data[part] for part in ("first", "name", "last", "class"))
        of = kinds.get(noun, ())
        sort = span.data["kind"] if noun else "bare"
        text = reading.folded[tokens.start[at] : span.end].replace("\n", " ")
        if number := _NUMBER.fullmatch(text):
            text = number[1]
        sentence = reading.sentence_of(span.start)[0]
        mention = Mention(span, " ".join(text.split()), of, sort, sentence)
        if before is not None and span.start - before.span.end <= _LONGEST_LINK:
            gap = reading.folded[before.span.end : span.start]
            if _LINK.fullmatch(gap):
                mention.gap = gap
                mention.sibling = bool(_SIBLING.fullmatch(gap))
        former = cues["former"].longest(folded, last) if last < len(tokens) else None
        mention.former = former is not None
        if noun:
            mention.plural = first > 0 and (tokens.shape[first - 1] == "0" or _ends(cues["plural"], folded, first) is not None)
        else:
            mention.kinds = _ends(cues["head"], folded, first) or ()  # type: ignore[assignment]
            mention.sort = _no_unit(mention.name) or "bare" if not mention.kinds else "bare"
        out.append(mention)
        before = mention
    return out


def _ends(gazetteer: Gazetteer, folded: list[str], end: int) -> object | None:
    """The payload of the longest form that ends before token ``end``; None if none does."""
    for start in range(max(end - 3, 0), end):
        if (found := gazetteer.longest(folded, start)) and found[0] == end:
            return found[1]
    return None


def runs(found: list[Mention]) -> list[list[Mention]]:
    """Mentions that stand in one run: chains ("xã X, huyện Y") and coordinations, in order."""
    out: list[list[Mention]] = []
    for mention in found:
        if mention.gap is None or not out:
            out.append([mention])
        else:
            out[-1].append(mention)
    return out
