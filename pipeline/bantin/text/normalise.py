"""From the raw text to the text that is read, and every offset back.

Three texts: ``raw`` as it came; ``nfc``, its canonical composition (what a spaCy Doc holds);
``clean``, in which extractors work: NFC without zero-width characters, every space a plain space,
every line end a line feed. An article that is already clean costs one check.
"""

from __future__ import annotations

import re
import unicodedata

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINES = "\r\v\f\x1c-\x1e\u0085\u2028\u2029"
_UNCLEAN = re.compile(f"[{_ZERO_WIDTH}{_SPACES}{_LINES}]")
_DROP = re.compile(f"[{_ZERO_WIDTH}]|\r(?=\n)")
_SPACE = re.compile(f"[{_SPACES}]")
# Marks after one letter that are put in order together. Ordering is quadratic in their number, no writing
# has more than a handful, and Unicode's stream-safe form (UAX #15, 13) allows 30; behind this many a new
# row begins, so that the NFC of a text with longer rows is Unicode's for each row alone.
_MARKS = 64


class Text:
    """``raw``, ``nfc`` and ``clean`` with their offset maps (all offsets in code points, half open)."""

    __slots__ = ("raw", "nfc", "clean", "_nfc_raw", "_clean_nfc")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._nfc_raw: list[tuple[int, int]] | None = None
        if unicodedata.is_normalized("NFC", raw):
            self.nfc = raw
        else:
            self.nfc, self._nfc_raw = _compose(raw)
        self._clean_nfc: list[int] | None = None
        if _UNCLEAN.search(self.nfc):
            self.clean, self._clean_nfc = _clean(self.nfc)
        else:
            self.clean = self.nfc

    def to_nfc(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``nfc`` that the span [start, end) of ``clean`` was read from."""
        if self._clean_nfc is None or end <= start:
            return (start, end) if self._clean_nfc is None else (self._clean_nfc[start],) * 2
        return self._clean_nfc[start], self._clean_nfc[end - 1] + 1

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``raw`` that the span [start, end) of ``clean`` was read from.

        Its slice of ``raw`` is the surface that is reported: combining marks and characters that
        were dropped inside it belong to it, those at its edges do not.
        """
        start, end = self.to_nfc(start, end)
        if self._nfc_raw is None or end <= start:
            return (start, end) if self._nfc_raw is None else (self._nfc_raw[start][0],) * 2
        return self._nfc_raw[start][0], self._nfc_raw[end - 1][1]


def _compose(raw: str) -> tuple[str, list[tuple[int, int]]]:
    """NFC of ``raw`` by segments that compose by themselves, and for each character its raw extent."""
    out: list[str] = []
    extents: list[tuple[int, int]] = []
    start = 0
    length = len(raw)
    while start < length:
        end = start + 1
        while end < length:
            character = raw[end]
            if unicodedata.combining(character) == 0:
                # ASCII and the precomposed Latin letters never join what stands before them; the
                # few starters that do (Hangul vowels, some Indic signs) lie far above.
                if character < "\u0300" or character in _LATIN:
                    break
                pair = raw[end - 1 : end + 1]
                if end - start == 1 and unicodedata.normalize("NFC", pair) == unicodedata.normalize("NFC", pair[0]) + character:
                    break
                if end - start > 1 and not "\u1100" <= character <= "\u11ff" and not "\u0900" <= character <= "\u1fff":
                    break
            if end - start > _MARKS:
                break
            end += 1
        piece = unicodedata.normalize("NFC", raw[start:end])
        out.append(piece)
        if len(piece) == end - start:
            extents.extend((i, i + 1) for i in range(start, end))
        else:
            extents.extend([(start, end)] * len(piece))
        start = end
    return "".join(out), extents


class _Range:
    """Letters of Latin Extended Additional (all precomposed Vietnamese letters)."""

    def __contains__(self, character: str) -> bool:
        return "\u1e00" <= character <= "\u1eff"


_LATIN = _Range()


def _clean(nfc: str) -> tuple[str, list[int]]:
    out: list[str] = []
    origin: list[int] = []
    position = 0
    for match in _DROP.finditer(nfc):
        out.append(nfc[position : match.start()])
        origin.extend(range(position, match.start()))
        position = match.end()
    out.append(nfc[position:])
    origin.extend(range(position, len(nfc)))
    text = _SPACE.sub(" ", "".join(out))
    return re.sub(f"[{_LINES}]", "\n", text), origin
