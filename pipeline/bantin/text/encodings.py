"""Bytes to text: UTF-8 as it is; what Vietnamese was written in before it, by name or by what it spells.

TCVN3 (ABC), VNI and VISCII have tables (``lexicon/encodings.tsv``), Windows-1258 and UTF-16 are
Python's. None of them says what it is, so an encoding is told by its words: read in the right one, the
words with letters beyond ASCII are Vietnamese syllables; in a wrong one hardly any is. The same is seen
where a program has taken such bytes for Windows-1252 and written that as UTF-8 ("UBND x· Hoµ S¬n").
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bantin.lexicon import rows
from bantin.text.normalise import Text

TABLES = ("tcvn3", "vni", "viscii")
NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "windows-1258": "Windows-1258", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
# What --encoding takes.
CHOICES = ("utf-8", "auto", *NAMES)
SAMPLE = 100_000  # bytes that are looked at to tell an encoding
WORDS = 3  # fewer different words beyond ASCII tell nothing
SHARE = 0.8  # of them that must be syllables
LEAD = 0.15  # by which the best encoding stands out from the next

_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# The orthography of one syllable without its tone (the shapes of Vietnamese onsets, nuclei and codas).
_SYLLABLE = re.compile(
    r"(?:ngh|ng|gh|gi|kh|ch|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
    r"(?:uyê|uya|uye|iê|yê|ươ|uô|oă|oa|oe|oo|uâ|uê|uơ|uy|ia|ya|ưa|ua|[aăâeêioôơuưy])(?:ch|ng|nh|[cmnpt]|[iouy])?"
)
_WORD = re.compile(r"[^\W\d_]+")
# Letters that Windows-1252 has not: where one stands in a text, the text is no misread legacy one.
_UNICODE = re.compile("[\u0103\u0111\u01a1\u01b0\u1ea0-\u1ef9\u0300\u0301\u0303\u0309\u0323]", re.I)


class EncodingError(ValueError):
    """Bytes that the named encoding cannot have written."""


@lru_cache(maxsize=len(TABLES))
def _table(encoding: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """The forms of one encoding (in the characters of latin-1) and what finds them, the longest first."""
    forms = {bytes.fromhex(row["bytes"]).decode("latin-1"): row["character"] for row in rows("text", "encodings", ("encoding", "bytes", "character")) if row["encoding"] == encoding}
    return forms, re.compile("|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))))


def convert(data: bytes, encoding: str) -> str:
    """The text that ``data`` is in ``encoding`` (a key of NAMES). Raises EncodingError."""
    try:
        if encoding == "windows-1258":
            return Text(data.decode("cp1258")).nfc  # letters and marks stand apart there
        if encoding not in TABLES:
            return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise EncodingError(f"not {NAMES[encoding]}: {error.reason} at byte {error.start}") from None
    forms, pattern = _table(encoding)
    text = pattern.sub(lambda match: forms[match[0]], data.decode("latin-1"))
    # Quotation marks and dashes of Windows-1252 stand in TCVN3 and VNI files.
    return text if encoding == "viscii" else _C1.sub(lambda match: match[0].encode("latin-1").decode("cp1252", "replace"), text)


_C1 = re.compile("[\x80-\x9f]")


def share(text: str) -> tuple[float, int]:
    """Of the different words (of two letters and more) with letters beyond ASCII the share that are
    Vietnamese syllables, and their number."""
    words = {word.lower() for word in _WORD.findall(text) if len(word) > 1 and not word.isascii()}
    return (sum(map(is_syllable, words)) / len(words) if words else 0.0), len(words)


def is_syllable(word: str) -> bool:
    """Is ``word`` (small letters) a possible Vietnamese syllable: onset, nucleus, coda, at most one tone?"""
    parts = unicodedata.normalize("NFD", word)
    if len(parts) > 12 or len(_TONE.findall(parts)) > 1:
        return False
    return bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONE.sub("", parts))))


def detect(data: bytes) -> str | None:
    """The legacy encoding (a key of NAMES) in which ``data``, which is no UTF-8, is Vietnamese; None
    if none stands out."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = data[:SAMPLE]
    if b"\x00" in sample:
        # Half of an ASCII text in UTF-16 are zero bytes, all on one side.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > len(sample) / 10 and min(even, odd) <= max(even, odd) / 20:
            return "utf-16-be" if even > odd else "utf-16-le"
        return None
    scores = []
    for encoding in (*TABLES, "windows-1258"):
        try:
            part, number = share(convert(sample, encoding))
        except EncodingError:
            continue
        if number >= WORDS:
            scores.append((part, encoding))
    scores.sort(reverse=True)
    if not scores or scores[0][0] < SHARE or (len(scores) > 1 and scores[0][0] - scores[1][0] < LEAD):
        return None
    return scores[0][1]


def misread(text: str) -> tuple[str, bytes] | None:
    """If ``text`` is legacy Vietnamese taken for Windows-1252: the encoding and the bytes as they were."""
    if text.isascii() or _UNICODE.search(text):
        return None
    try:
        # The five codes that Windows-1252 leaves open come through as themselves.
        data = "".join(text).encode("cp1252")
    except UnicodeEncodeError:
        try:
            data = text.encode("latin-1")
        except UnicodeEncodeError:
            return None
    found = detect(data)
    # A text that is Vietnamese as it stands ("là xã") has no other letters by chance.
    return (found, data) if found in ("tcvn3", "vni", "viscii") and share(text)[0] < SHARE - LEAD else None


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """The text of ``data``; a byte order mark is dropped. ``encoding`` is one of CHOICES; ``auto`` is
    UTF-8 where it is that, and else what it is found to be.

    Raises EncodingError, which says the reason and, where it is known, the encoding that would do.
    """
    if encoding not in ("utf-8", "auto"):
        if encoding in TABLES:
            return _named(data, encoding)
        return convert(data, encoding)
    found: str | None = None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found, reason = "utf-16", "UTF-16 text"
    elif b"\x00" in data[:8192]:
        found, reason = detect(data), f"binary data, not text (a zero byte at byte {data.index(0)})"
    else:
        try:
            text = data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            found, reason = detect(data), f"invalid UTF-8 at byte {error.start}"
        else:
            misreading = misread(text)
            if misreading is None:
                return text
            found, data = misreading
            reason = f"{NAMES[found]} text that was taken for Windows-1252"
    if found is None:
        raise EncodingError(reason)
    if encoding == "auto":
        return convert(data, found)
    name = "" if NAMES[found] in reason else f"; it reads as {NAMES[found]}"
    raise EncodingError(f"{reason}{name}: --encoding {found} converts it")


def _named(data: bytes, encoding: str) -> str:
    """``data`` in a named legacy encoding, also where it has been taken for Windows-1252 before."""
    try:
        misreading = misread(data.decode("utf-8"))
    except UnicodeDecodeError:
        misreading = None
    if misreading and misreading[0] == encoding:
        data = misreading[1]
    return convert(data, encoding)
