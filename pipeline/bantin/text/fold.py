"""The folded copy that lexicons and rules match on: same length as the text, so offsets carry over.

Lower case; the old and the new tone placement made one (hoà/hòa, uỷ/ủy: both stand in one article);
dashes, quotation marks and spaces of all kinds made one. What is reported is never the folded copy.
"""

from __future__ import annotations

# Insides of regular expression classes. A range such as À-Ỹ is no class of capitals: the Vietnamese
# letters of Unicode alternate between the two cases.
CAPITALS = "".join(chr(code) for code in range(0x41, 0x1EFF) if chr(code).isupper() and (code < 0x250 or code >= 0x1E00))
SMALL = "".join(chr(code) for code in range(0x61, 0x1EFF) if chr(code).islower() and (code < 0x250 or code >= 0x1E00))

_ONE = str.maketrans(
    {dash: "-" for dash in "‐‑‒–—―−"}
    | {quote: '"' for quote in "“”„‟«»″"}
    | {quote: "'" for quote in "‘’‚‛′`´"}
    | {space: " " for space in "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"}
    | {"…": ".", "đ": "đ", "ð": "đ"}
)
# New placement -> old, vowel pair by tone. "quý" becomes "qúy" as well: harmless, since both sides
# of every comparison are folded.
_TONES = [
    (pair[0] + tones[1][i], tones[0][i] + pair[1])
    for pair, tones in {"oa": ("òóỏõọ", "àáảãạ"), "oe": ("òóỏõọ", "èéẻẽẹ"), "uy": ("ùúủũụ", "ỳýỷỹỵ")}.items()
    for i in range(5)
]


def fold(text: str) -> str:
    """The folded copy of NFC text; ``len(fold(t)) == len(t)`` for every t."""
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals (U+0130) have a longer small letter
        lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    folded = lower.translate(_ONE)
    for new, old in _TONES:
        folded = folded.replace(new, old)
    return folded
