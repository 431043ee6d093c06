"""What the classifier sees of a date candidate: its kind and form, the words beside it, and what
kinds of word these are (lexicon/contexts.tsv)."""

from __future__ import annotations

from bantin.dates.vocabulary import contexts
from bantin.reading import Candidate, Reading

_FLAGS = (
    *("part", "clock", "weekday", "way", "yrel", "every", "cycle", "lunar", "mod", "bare", "plain", "shared", "inside", "longer", "cut"),
    *("mung", "ago", "stretch", "part_alone", "opened", "foreign", "name"),
)
_WINDOW = 3  # tokens; the longest context words


def describe(reading: Reading, candidates: list[Candidate]) -> None:
    """Set ``features`` of each candidate."""
    tokens = reading.tokens
    words, shapes, forms = tokens.folded, tokens.shape, tokens.form
    gazetteer = contexts()
    count = len(words)
    years = _years(reading)
    for candidate in candidates:
        data = candidate.data
        first, last = data["first"], data["last"]
        rule = candidate.rule
        before = _word(reading, first - 1, -1)
        before2 = _word(reading, first - 2, -1) if before != "EDGE" else "EDGE"
        after = _word(reading, last, 1)
        after2 = _word(reading, last + 1, 1) if after != "EDGE" else "EDGE"
        kinds_before = {kind for start in range(max(0, first - _WINDOW), first) for end, kinds in gazetteer.every(words, start) if end == first for kind in kinds}  # type: ignore[attr-defined]
        kinds_after = {kind for _, kinds in gazetteer.every(words, last) for kind in kinds} if last < count and after != "EDGE" else set()  # type: ignore[attr-defined]
        head = words[first] if shapes[first] != "0" else "0"
        out = [
            f"rule={rule}",
            f"head={head}",
            f"{rule}|head={head}",
            f"prev={before}",
            f"next={after}",
            f"{rule}|prev={before}",
            f"{rule}|next={after}",
            f"{rule}|prev2={before2} {before}",
            f"head={head}|next={after}",
            f"head={head}|prev={before}",
            f"next2={after} {after2}",
        ]
        out += [flag for flag in _FLAGS if data.get(flag) not in (None, False)]
        out += [f"before:{kind}" for kind in kinds_before] + [f"after:{kind}" for kind in kinds_after]
        out += [f"{rule}|before:{kind}" for kind in kinds_before] + [f"{rule}|after:{kind}" for kind in kinds_after]
        if not kinds_before:
            out.append(f"{rule}|before:-")
        if shapes[first] in ("X", "A"):
            out.append(f"{rule}|capital")
        if first and shapes[first - 1] in ("X", "A") and before != "EDGE":
            out.append(f"{rule}|after capital")
        # How much is said: what says two things is rarely no date.
        said = sum(1 for key in ("d", "m", "y", "part", "clock", "weekday", "rel", "week", "cycle", "tet", "yrel", "q", "y2", "said") if data.get(key) is not None)
        announced = head != "0" and shapes[first] != "0"
        out += [f"said={min(said, 4)}", f"said={min(said, 4)}|{announced}"]
        if data["exact"]:
            out.append("exact")
        mark = data.get("mark")
        if mark:
            announced = head != "0"
            out += [f"mark={mark}", f"mark={mark}|{announced}"]
            if not announced:
                out += [f"figures|prev={before}", f"figures|next={after}", f"figures|zero={forms[first].startswith('0')}"]
                out += [f"figures|before:{kind}" for kind in kinds_before] + [f"figures|after:{kind}" for kind in kinds_after]
                if before == "EDGE" or before == "(":
                    out.append("figures|open")
        if data.get("plain") and "y" in data:
            out.append(f"year={'old' if data['y'] < 1900 else 'far' if data['y'] > 2035 else 'past' if data['y'] < 1980 else 'now'}")
            out.append(f"year told={data['y'] in years}")
            if "y2" in data:
                out.append(f"years apart={min(data['y2'] - data['y'], 12)}")
        if before == "(" and after == ")":
            out.append(f"{rule}|in brackets")
        if longer := data.get("longer") or data.get("cut"):
            out.append(f"{longer}|{words[last - 1] if shapes[last - 1] != '0' else '0'}|{data.get('longer') is not None}")
        if reading.cuts_word(candidate.start, candidate.end):
            out.append("cuts a word")
        block = reading.block_of(candidate.start)
        out.append(f"{rule}|block={block.kind}")
        candidate.features = out


def _years(reading: Reading) -> set[int]:
    """Years that the word "năm" announces somewhere in the article, and that of publication."""
    words, shapes = reading.tokens.folded, reading.tokens.shape
    told = {int(words[i + 1]) for i in range(len(words) - 1) if words[i] == "năm" and shapes[i + 1] == "0" and len(words[i + 1]) == 4 and words[i + 1].isascii()}
    if reading.article.published:
        told.add(reading.article.published.year)
    return told


def _word(reading: Reading, at: int, side: int) -> str:
    """The word beside the candidate, its number as 0; EDGE where the line ends."""
    tokens = reading.tokens
    if not 0 <= at < len(tokens):
        return "EDGE"
    gap = reading.text[tokens.end[at] : tokens.start[at + 1]] if side < 0 and at + 1 < len(tokens) else reading.text[tokens.end[at - 1] : tokens.start[at]] if side > 0 and at else ""
    if "\n" in gap:
        return "EDGE"
    if tokens.shape[at] == "0":
        return "0" if gap else "0glued"
    return tokens.folded[at]

