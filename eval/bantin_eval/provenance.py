"""Where a span came from: the file and line of its rule, and the lexicon rows inside and before it.

The record names the rule; which rows of a lexicon it read is not in the record, so the rows shown
are those whose form stands in the span or ends just before it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from bantin.lexicon import split

ROOM = {"OFFICIAL": "officials", "TITLE": "officials", "PLACE": "places", "DATE": "dates", "AWARD": "awards"}
_LONGEST = 12  #: tokens of a lexicon's form
_MOST = 6  #: rows shown


@lru_cache(maxsize=256)
def rule_place(label: str, rule: str) -> str:
    """``bantin/places/candidates.py:120``: the line that names the rule, else the file; "" if unknown."""
    if label not in ROOM:
        return ""
    path = files("bantin").joinpath(ROOM[label], "candidates.py")
    name = f"bantin/{ROOM[label]}/candidates.py"
    # A rule made of parts ("class+number", "day:dm") is put together where one of them is named.
    for wanted in (rule, *reversed(re.split("[+:]", rule))):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(rf"[\"'+]{re.escape(wanted)}[\"'+]", line) and not line.lstrip().startswith("#"):
                return f"{name}:{number}"
    return name


@lru_cache(maxsize=8)
def lexicon(room: str) -> dict[tuple[str, ...], list[str]]:
    """Forms of all lexicons of a room, as folded tokens, with ``file:line`` of their rows."""
    out: dict[tuple[str, ...], list[str]] = {}
    folder = files("bantin").joinpath(room, "lexicon")
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".tsv")), key=lambda p: p.name):
        column = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            fields = line.split("\t")
            if column is None:
                column = next((at for at, field in enumerate(fields) if field in ("form", "alias", "name")), -1)
            elif 0 <= column < len(fields):
                out.setdefault(split(fields[column]), []).append(f"{path.name}:{number}")
    return out


def rows(label: str, surface: str, before: str = "") -> list[str]:
    """``«chủ tịch» officials/lexicon/roles.tsv:57`` for the longest forms in the span and just before it."""
    if label not in ROOM:
        return []
    known = lexicon(ROOM[label])
    out: list[str] = []
    cue = split(before)[-3:]
    while cue and cue not in known:  # what ends just before the span
        cue = cue[1:]
    for tokens in (split(surface), cue):
        at = 0
        while at < len(tokens):
            for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
                form = tuple(tokens[at : at + size])
                if form in known and not (size == 1 and len(form[0]) == 1):
                    places = known[form]
                    more = f" (+{len(places) - 1})" if len(places) > 1 else ""
                    out.append(f"«{' '.join(form)}» {ROOM[label]}/lexicon/{places[0]}{more}")
                    at += size - 1
                    break
            at += 1
    return list(dict.fromkeys(out))[:_MOST]
