"""Blocks: the parts an article is set in, told by their form alone.

Every line is a block of one kind: title, heading (capitals), item (of a list), caption, signature,
paragraph. Regions that are not the article's own text (crawler's prefix, the newspaper's tag,
bylines, photo credits) are ``unread``: nothing is labelled there (guidelines, General 2).
Sentences are cut inside blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bantin.article import PREFIX
from bantin.text.fold import CAPITALS, SMALL


@dataclass(frozen=True)
class Block:
    """A line of clean text, ``[start, end)`` in code points, and its kind."""

    start: int
    end: int
    kind: str


_ITEM = re.compile(r"\s*(?:[-+*•]|\d{1,2}[.)]|[a-zđ][.)])\s")
_CAPTION = re.compile(r"\s*\(?(?:Ảnh|Trong ảnh|Ảnh trên|Ảnh dưới|Chú thích)\b")
_CREDIT = re.compile(
    r"(?:[-–(/]\s*)?\b(?:Ảnh|ẢNH|Nguồn ảnh|Nguồn|Tin, ảnh|Tin và ảnh|Bài và ảnh|Bài, ảnh|Ảnh minh họa|Ảnh tư liệu)\s{0,3}(?:minh hoạ|minh họa|tư liệu|chụp màn hình|internet)?\s{0,3}:\s{0,3}"
    # The name ends before a word that opens the next sentence ("Ảnh: Tá Lâm Hai vợ chồng …").
    rf"(?P<who>[{CAPITALS}][^\s.;:,)(]*(?:(?:[ /&-]| - )[{CAPITALS}][^\s.;:,)(]*){{0,4}})(?![^\s.;:,)(])(?!\s+[{SMALL}])"
)
# "(Baonghean) -", "GD&TĐ -", "TTO -", "(Báo Quảng Ninh) –" before the first sentence of a paragraph.
_TAG = re.compile(rf"(?m)^[^\S\n]*(?:\((?=[^)\n]{{2,40}}\)\s*[-–—])[^)\n]*\)|[A-ZĐ&]{{2,10}}|[A-Z][A-Za-z]+(?:\.(?:vn|com|net|org))+)\s*[-–—]\s+(?=[{CAPITALS}“\"'0-9])")
_NAME = rf"[{CAPITALS}][\w'’]*"
# A byline ends the article: a few capitalised words (or capitals) after the last full stop or line.
_BYLINE = re.compile(
    rf"(?:(?<=[.!?…”\"')/])|(?<=\n)|\A)\s*(?P<by>(?:Theo\s+|Tin, ảnh:\s*|Bài, ảnh:\s*|Bài và ảnh:\s*|PV\s*[:-]\s*)?"
    rf"{_NAME}(?:[ .]{{0,2}}{_NAME}){{0,4}}(?:\s*[-–,&/]\s*{_NAME}(?:[ .]{{0,2}}{_NAME}){{0,4}}){{0,3}}\s*(?:\([^)\n]{{2,40}}\))?(?:\s*/\s*[\w .-]{{2,30}})?)\s*[.]?\s*\Z"
)
_END = re.compile(rf"(?<=[.!?…])[”\"')\]]*\s+(?=[“\"'(\[]?[{CAPITALS}0-9-])|\n+")
_ABBREVIATED = re.compile(r"(?:\b(?:TP|Tp|tp|TX|Tx|TT|P|Q|H|KP|T|TS|ThS|Th\.S|BS|PGS|GS|CN|KS|Ths|Bs|St|Mr|Mrs|Ms|Dr|ĐT|Đ|đ/c|Đ/c|ĐC|v\.v|Tr|tr|Km|No)|\b[A-Z])\.\Z")


def blocks(text: str) -> list[Block]:
    """The lines of clean text that are not blank, in order."""
    out: list[Block] = []
    start = 0
    prefix = PREFIX.match(text)
    for line in text.split("\n"):
        end = start + len(line)
        first = start
        if prefix and start < prefix.end():
            first = min(prefix.end(), end)
            if first > start and text[start:first].strip():
                out.append(Block(start, first, "meta"))
        body = text[first:end]
        if body.strip():
            out.append(Block(first, end, _kind(body, titled=any(block.kind != "meta" for block in out))))
        start = end + 1
    return out


def _kind(line: str, titled: bool) -> str:
    stripped = line.strip()
    if not titled and len(stripped) < 300:
        return "title"
    if _CAPTION.match(line):
        return "caption"
    if stripped.isupper() and len(stripped) < 200:
        return "heading"
    if _ITEM.match(line):
        return "item"
    if len(stripped) < 120 and stripped[-1] not in ".!?:;…”\"":
        return "short"
    return "paragraph"


def unread(text: str, parts: list[Block]) -> list[tuple[int, int]]:
    """The regions in which nothing is labelled, sorted, not overlapping."""
    regions = [(block.start, block.end) for block in parts if block.kind == "meta"]
    regions += [match.span("who") for match in _CREDIT.finditer(text)]
    regions += [match.span() for match in _TAG.finditer(text)]
    regions += _bylines(text, parts)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(regions):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _bylines(text: str, parts: list[Block]) -> list[tuple[int, int]]:
    # Only the article's last lines can be a byline; a signature block (a post in capitals or the
    # word "Nơi nhận" above the name) is not one, and its name is labelled.
    out: list[tuple[int, int]] = []
    tail = [block for block in parts if block.kind != "meta"][-3:]
    if len(tail) < 2:
        return out
    for block in reversed(tail[1:]):
        line = text[block.start : block.end]
        window = line[-120:]
        offset = block.end - len(window)
        match = _BYLINE.search(window if len(line) > 120 else "\n" + window, 0 if len(line) > 120 else 1)
        if match and match["by"].isalpha() and text[match.end("by") - len(line[-120:]) : block.end].rstrip().endswith("."):
            match = None  # one word and a full stop is a sentence
        if match and not _signed(text, block, parts):
            shift = offset if len(line) > 120 else offset - 1
            out.append((shift + match.start("by"), shift + match.end("by")))
            break
    return out


_SIGNS = re.compile(r"\b(?:T/?M|TM\.|KT\.|TL\.|BÍ THƯ|CHỦ TỊCH|GIÁM ĐỐC|TRƯỞNG|VIỆN TRƯỞNG|CHÁNH|Nơi nhận|ĐẢNG ỦY|ỦY BAN|UBND|HĐND)\b")


def _signed(text: str, block: Block, parts: list[Block]) -> bool:
    above = [other for other in parts if other.end <= block.start][-4:]
    return any(len(text[b.start : b.end]) < 80 and _SIGNS.search(text, b.start, b.end) and text[b.start : b.end].strip()[:3].isupper() for b in above)


# No sentence is longer (of 5,439 in the labelled articles the longest has 885 characters): what goes on is
# cut, so that whatever looks through a sentence takes time in proportion to the text.
LONGEST_SENTENCE = 2000


def sentences(text: str, parts: list[Block]) -> list[tuple[int, int]]:
    """Half-open spans of sentences; none crosses a block, none is longer than LONGEST_SENTENCE."""
    out: list[tuple[int, int]] = []
    for block in parts:
        start = block.start
        for match in _END.finditer(text, block.start, block.end):
            if _ABBREVIATED.search(text, max(start, match.start() - 6), match.start()):
                continue
            if match.start() > start:
                out += _pieces(text, start, match.start())
            start = match.end()
        if text[start : block.end].strip():
            out += _pieces(text, start, block.end)
    return out


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence itself, or pieces of one that is too long: cut after its last pauses, else between two words."""
    out = []
    while end - start > LONGEST_SENTENCE:
        window = text[start : start + LONGEST_SENTENCE]
        cut = max(window.rfind("; "), window.rfind(", "), window.rfind(": ")) + 1
        cut = cut if cut > LONGEST_SENTENCE // 2 else window.rfind(" ") if " " in window[LONGEST_SENTENCE // 2 :] else LONGEST_SENTENCE
        if window[:cut].strip():
            out.append((start, start + cut))
        start += cut
    if text[start:end].strip():
        out.append((start, end))
    return out
