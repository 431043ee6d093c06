"""Words: underthesea's, with the exact span of each in the text it was given.

Two ways give the same words. ``fastwords`` decodes the weights of the installed underthesea at a tenth
of the price; it is taken when that underthesea is the one it was proven equal to. Otherwise its
``word_tokenize`` is called, with one warning: it returns strings, which are laid on the text by
consuming its characters other than spaces, never by searching. Both work on one line at a time, since
words would join across lines, and on bounded pieces, since a run such as ``a.a.a.`` is quadratic in
underthesea's regular expression.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
import warnings
from functools import cache

from bantin.errors import BantinError
from bantin.text import fastwords

LONGEST = 1000  # characters a call; a line's pieces end after a space wherever there is one
_CUT = re.compile(r"[.!?;:,…] ")
# Underthesea reads the Icelandic letter, common in old Vietnamese files, as the Vietnamese one; done
# here, the text keeps its length and no word is lost.
_ETH = str.maketrans("Ðð", "Đđ")
# It also cuts "Đảng uỷ xã" and "Đảng ủy xã" differently: in an open syllable the tone is put where the
# older and commoner spelling has it, so that the spelling of an article decides nothing. ("quý" has its
# tone on the y in both.)
_PLACES = {
    new + tones[1][i]: tones[0][i] + old
    for new, old, tones in (("o", "a", ("òóỏõọ", "àáảãạ")), ("o", "e", ("òóỏõọ", "èéẻẽẹ")), ("u", "y", ("ùúủũụ", "ỳýỷỹỵ")))
    for i in range(5)
}
_PLACES |= {new.upper(): old.upper() for new, old in _PLACES.items()} | {new.capitalize(): old.capitalize() for new, old in _PLACES.items()}
_PLACED = re.compile(r"(?<![qQ])(?:[oO][àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]|[uU][ỳýỷỹỵỲÝỶỸỴ])(?![^\W\d_])")
_lock = threading.RLock()
_tokenize = None


def tokenizer():
    """underthesea's ``word_tokenize``, imported and warmed up once.

    Its first call from several threads fails, and importing it installs a root log handler, which
    is taken away again: both are undone here and nowhere else. Raises BantinError if it is missing.
    """
    global _tokenize
    with _lock:
        if _tokenize is None:
            root = logging.getLogger()
            handlers, level = list(root.handlers), root.level
            try:
                from underthesea.pipeline.word_tokenize import word_tokenize
            except ImportError as error:
                raise BantinError(f"underthesea cannot be imported: {error}") from error
            word_tokenize("bản tin", use_token_normalize=False)
            root.handlers[:], root.level = handlers, level
            _tokenize = word_tokenize
        return _tokenize


def segmenter() -> fastwords.Segmenter | None:
    """The fast way, read once; None, after one warning, where it is not proven."""
    with _lock:
        return _segmenter()


@cache
def _segmenter() -> fastwords.Segmenter | None:
    try:
        return fastwords.load()
    except fastwords.Unproven as why:
        tokenizer()
        warnings.warn(f"{why}: words are asked of underthesea itself, ten times slower", RuntimeWarning, stacklevel=4)
        return None


def pieces(text: str) -> list[tuple[int, int]]:
    """The pieces of ``text`` that are tokenized one by one: lines, and cuts of very long lines."""
    out = []
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while end - start > LONGEST:
            window = text[start : start + LONGEST]
            cut = max((match.end() for match in _CUT.finditer(window, LONGEST // 2)), default=0)
            cut = cut or window.rfind(" ") + 1 or LONGEST
            out.append((start, start + cut))
            start += cut
        if text[start:end].strip():
            out.append((start, end))
        start = end + 1
    return out


def words(text: str) -> list[tuple[int, int]]:
    """The half-open span of each word of clean text, in order; together they hold every character
    that is not a space. Raises BantinError if underthesea is missing."""
    fast = segmenter()
    if "Ð" in text or "ð" in text:
        text = text.translate(_ETH)
    text = _PLACED.sub(lambda match: _PLACES.get(match[0], match[0]), text)  # of equal length
    if fast and unicodedata.is_normalized("NFC", text):
        return fast.words(text, pieces(text))
    spans: list[tuple[int, int]] = []
    for start, end in pieces(text):
        if fast:
            piece = unicodedata.normalize("NFC", text[start:end])
            tokens = [piece[a:b] for a, b in fast.words(piece, [(0, len(piece))])]
        else:
            tokens = tokenizer()(text[start:end], use_token_normalize=False)
        spans.extend(align(text, start, end, tokens))
    return spans


def align(text: str, start: int, end: int, tokens: list[str]) -> list[tuple[int, int]]:
    """Lay the strings of one piece on ``text[start:end]`` by their characters other than spaces.

    A character that the tokenizer dropped or changed ends the word before it and stands as a word
    of its own, so that no disagreement moves any later span.
    """
    spans: list[tuple[int, int]] = []
    position = start
    for token in tokens:
        first = None
        last = position
        for character in token:
            if character.isspace():
                continue
            while position < end and text[position].isspace():
                position += 1
            if position < end and text[position] == character:
                first = position if first is None else first
                position += 1
                last = position
                continue
            found = text.find(character, position, min(end, position + 8))
            if found >= 0:
                if first is not None:
                    spans.append((first, last))
                spans.extend((i, i + 1) for i in range(position, found) if not text[i].isspace())
                first, position = found, found + 1
                last = position
        if first is not None:
            spans.append((first, last))
    spans.extend((i, i + 1) for i in range(position, end) if not text[i].isspace())
    return spans
