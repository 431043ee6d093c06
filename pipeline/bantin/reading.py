"""What the extractors read: one article laid out once, and what has been found in it so far.

An extractor takes a :class:`Reading`, proposes :class:`Candidate`\\ s, and leaves :class:`Span`\\ s.
All offsets here are code points of the clean text; only the record speaks of the raw text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from bantin.article import Article
from bantin.text.blocks import Block, blocks, sentences, unread
from bantin.text.fold import fold
from bantin.text.normalise import Text

# A syllable (with the apostrophes of H'Yim and K'Brếp), a number, or one other character.
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]|_")


class Tokens:
    """Syllables, numbers and marks as parallel lists: ``start``, ``end``, ``form`` as written,
    ``folded``, and ``shape``: x small, X capitalised, A capitals (two or more), 0 digits, else the
    mark itself."""

    __slots__ = ("start", "end", "form", "folded", "shape")

    def __init__(self, text: str, folded: str) -> None:
        self.start: list[int] = []
        self.end: list[int] = []
        self.form: list[str] = []
        self.folded: list[str] = []
        self.shape: list[str] = []
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            form = text[start:end]
            self.start.append(start)
            self.end.append(end)
            self.form.append(form)
            self.folded.append(folded[start:end])
            self.shape.append(_shape(form))

    def __len__(self) -> int:
        return len(self.start)

    def at(self, offset: int) -> int:
        """The index of the token that begins at or holds ``offset``, or of the next one."""
        return bisect_right(self.end, offset)

    def before(self, offset: int) -> int:
        """The index of the last token that ends at or before ``offset``; -1 if there is none."""
        return bisect_right(self.end, offset) - 1


def _shape(form: str) -> str:
    first = form[0]
    if first.isdigit():
        return "0"
    if not first.isalpha():
        return first
    if not first.isupper():
        return "x"
    return "A" if len(form) > 1 and form.isupper() else "X"


@dataclass(slots=True)
class Candidate:
    """A proposal: ``label`` names the question that the classifier answers about it. ``rule`` is
    the name of what proposed it, ``data`` what the rule knows (a room's own), ``features`` what the
    classifier sees, ``probability`` what it says."""

    label: str
    start: int
    end: int
    rule: str
    data: dict = field(default_factory=dict)
    features: list[str] = field(default_factory=list)
    probability: float = 0.0


@dataclass(slots=True, eq=False)
class Span:
    """An accepted candidate. ``value`` holds what the resolver adds to the record's span."""

    label: str
    start: int
    end: int
    rule: str
    confidence: float
    data: dict = field(default_factory=dict)
    value: dict = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Relation:
    """``kind`` (holds, award, appointed, removed) between spans; ``roles`` by the names of the record.

    A role is a Span, an extent ``(start, end)`` or a list of them.
    """

    kind: str
    roles: dict
    confidence: float = 1.0


class Reading:
    """An article laid out: texts, tokens, words, blocks, sentences, and findings by label."""

    def __init__(self, article: Article, words: list[tuple[int, int]] | None = None) -> None:
        self.article = article
        self.source = Text(article.text)
        self.text = self.source.clean
        self.folded = fold(self.text)
        self.words = words or []
        self.blocks: list[Block] = blocks(self.text)
        self.unread: list[tuple[int, int]] = unread(self.text, self.blocks)
        self.found: dict[str, list[Span]] = {}
        self.proposed: dict[str, list[Candidate]] = {}
        self.relations: list[Relation] = []
        self.facts: dict = {}

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.text, self.folded)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return sentences(self.text, self.blocks)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [start for start, _ in self.words]

    def sentence_of(self, offset: int) -> tuple[int, int]:
        """The sentence that holds ``offset`` (the one before it, in a gap)."""
        index = bisect_right(self._sentence_starts, offset) - 1
        return self.sentences[max(index, 0)] if self.sentences else (0, len(self.text))

    def block_of(self, offset: int) -> Block:
        index = bisect_right(self._block_starts, offset) - 1
        return self.blocks[max(index, 0)]

    def is_unread(self, start: int, end: int) -> bool:
        """True if the span touches a region in which nothing is labelled."""
        index = bisect_left(self._unread_ends, start + 1)
        return index < len(self.unread) and self.unread[index][0] < end

    @cached_property
    def _unread_ends(self) -> list[int]:
        return [right for _, right in self.unread]

    def cuts_word(self, start: int, end: int) -> bool:
        """True if underthesea sees a word that one edge of the span would cut."""
        for offset in (start, end):
            index = bisect_left(self._word_starts, offset) - 1
            if index >= 0 and self.words[index][0] < offset < self.words[index][1]:
                return True
        return False

    def spans(self, label: str, start: int = 0, end: int | None = None) -> list[Span]:
        """Accepted spans of a label that lie inside ``[start, end)``, in order."""
        found = self.found.get(label, [])
        if end is None:
            return found
        out = []
        for index in range(bisect_left(found, start, key=_start), len(found)):
            span = found[index]
            if span.start >= end:
                break
            if span.end <= end:
                out.append(span)
        return out


def _start(span: Span) -> int:
    return span.start
