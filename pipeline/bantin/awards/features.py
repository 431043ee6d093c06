"""What the classifier sees of an award and of its realis; of the parts in its giving see part_features.py."""

from __future__ import annotations

from bisect import bisect_left

from bantin.awards.lexicons import Marks, marks, touch
from bantin.awards.part_features import extents, parts
from bantin.awards.part_features import size as _size
from bantin.awards.part_features import word as _word
from bantin.reading import Candidate, Reading

__all__ = ["describe", "extents", "parts", "realis"]

CLOSED = ("”", '"')


def _cues_left(reading: Reading, laid: Marks, at: int, left: int) -> list[tuple[int, str, str]]:
    """Cues between the start of the sentence and token ``at``: (distance, kind, form), nearest first."""
    tokens = reading.tokens
    near = laid.cues_between(tokens.at(left), at)
    out = [(at - end, kind, " ".join(tokens.folded[start:end])) for start, end, kind in near if end <= at]
    return sorted(out)


def describe(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    if not candidates:
        return
    unit_ends = {end - 1: start for start, (end, kind) in laid.group.items() if kind in ("unit", "group")}
    head_ends = dict(laid.award.values())
    names = {tokens.at(c.start) for c in reading.proposed.get("official", ()) if c.rule in ("honorific", "surname", "title")}
    for c in candidates:
        first, last, head = c.data["first"], c.data["last"], c.data["head"]
        left, _ = reading.sentence_of(c.start)
        following, previous = _word(reading, last), _word(reading, first - 1)
        next_shape = tokens.shape[last] if last < len(tokens) else "¶"
        form = head["form"].lower() if head else "“”"
        kind = head["kind"] if head else "quote"
        role = head["role"] if head else "quote"
        open_end = last > c.data["head_end"]
        tail = tokens.folded[last - 1]
        f = c.features
        f += [
            "rule=" + c.rule,
            "head=" + form,
            "kind=" + kind,
            "role=" + role,
            "prev=" + previous,
            "next=" + following,
            "nexts=" + next_shape,
            "tail=" + tail,
            "tails=" + tokens.shape[last - 1],
            f"tail={tail}|next={following}",
            f"prev2={_word(reading, first - 2)} {previous}",
            f"next2={following} {_word(reading, last + 1)}",
            "size=" + _size(last - c.data["head_end"]),
            f"rule={c.rule}|prev={previous}",
            f"role={role}|prev={previous}",
            f"kind={kind}|open={open_end}|nexts={next_shape}",
            f"kind={kind}|next={following}",
            f"head={form}|open={open_end}",
            "left=" + _size(c.data["ends"] - 1 - c.data["rank"]),
            "first=" + tokens.shape[first],
            "block=" + reading.block_of(c.start).kind,
        ]
        if c.data["rank"] == c.data["ends"] - 1:
            f.append(f"longest|rule={c.rule}")
        else:
            f.append(f"more|next={following}|kind={kind}")
            if next_shape in ("X", "A", "0"):
                f.append(f"more|nexts={next_shape}|tails={tokens.shape[last - 1]}")
        if open_end:
            f.append("tails2=" + " ".join(tokens.folded[max(c.data["head_end"], last - 2) : last]))
            f += ["in=" + word for word in set(tokens.folded[c.data["head_end"] : last])]
        cues = _cues_left(reading, laid, first, left)
        if cues:
            distance, cue, word = cues[0]
            f += [f"cue={cue}|{_size(distance)}", f"cue={cue}|role={role}", f"cueword={word}|role={role}", f"cue={cue}|near={distance <= 2}|role={role}"]
        else:
            f.append("cue=none|role=" + role)
        left_of, strike = touch(reading, laid, first)
        f += [f"touch={left_of}", f"touch={left_of}|role={role}", f"touch={left_of}|kind={kind}", f"touch={left_of}|over={strike}|role={role}", f"touch={left_of}|rule={c.rule}"]
        if nearest := next((cue for _, cue, _ in cues if cue in ("confer", "hand over", "receive", "have", "propose", "withdraw", "praise")), None):
            f += [f"verb={nearest}|role={role}", f"verb={nearest}|kind={kind}"]
        near = {kind_ for distance, kind_, _ in cues if distance <= 8}
        f += [f"near={kind_}|role={role}" for kind_ in near]
        f += ["w=" + word for word in set(tokens.folded[max(0, first - 6) : first])]
        f += [f"w={word}|role={role}" for word in set(tokens.folded[max(0, first - 4) : first])]
        f += ["r=" + word for word in set(tokens.folded[last : last + 3])]
        if first in laid.award and c.rule == "quotation":
            f.append("awardinside")
        if any(at in laid.award for at in range(first + 1, last)):
            f.append("hasaward")
            f.append("hasaward|role=" + role)
        if any(at in laid.award and laid.award[at][0] > first for at in range(max(0, first - 6), first)):
            f.append("insidehead")
        f.append(f"prevshape={tokens.shape[first - 1] if first else '¶'}|kind={kind}")
        if first and first - 1 in unit_ends:
            f += [f"unitbefore|head={form}", f"unitbefore|role={role}", f"unitbefore|{_word(reading, unit_ends[first - 1] - 1)}"]
        if c.data["head_end"] in laid.award and c.data["head_end"] < len(tokens) and last >= c.data["head_end"]:
            inner, row = laid.award[c.data["head_end"]]
            f.append(f"then={row['role']}|head={form}|open={open_end}")
            f.append(f"inner={'at' if last == inner else 'before' if last < inner else 'after'}|role={role}")
            f.append(f"inner={'at' if last == inner else 'before' if last < inner else 'after'}|{row['role']}|head={form}")
        if first in head_ends:
            f.append(f"afterhead={head_ends[first]['form'].lower()}")
            f.append(f"afterhead={head_ends[first]['role']}|role={role}")
        if last in names:
            f += ["nextname", f"nextname|kind={kind}"]
        if any(at in names for at in range(first, last)):
            f.append(f"hasname|role={role}")
        for back in range(max(0, first - 4), first):
            if back in laid.campaign and laid.campaign[back][0] == "noun" and laid.campaign[back][1] <= first:
                f += ["campaign", f"campaign|rule={c.rule}", f"campaign={first - laid.campaign[back][1]}|role={role}"]
        if head is None:
            opener = laid.group.get(first + 1)
            f.append(f"quotehead={opener[1] if opener else laid.award[first + 1][1]['role'] if first + 1 in laid.award else 'none'}|rule={c.rule}")
            f.append(f"quotehead={opener[1] if opener else 'award' if first + 1 in laid.award else 'none'}|prev={previous}")
            f.append(f"praise={any(laid.limit.get(at) == 'praise' for at in range(first, last))}|rule={c.rule}")
            if cues:
                f.append(f"quotecue={cues[0][1]}|{cues[0][0] <= 2}|{'unit' if opener else 'none'}")
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
        if c.start and reading.text[c.start - 1] in "“\"'‘":
            f.append(f"quoted|closed={following in CLOSED}")


def realis(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    if not candidates:
        return
    genre = _genre(reading)
    for c in candidates:
        first, last = tokens.at(c.start), tokens.before(c.end) + 1
        left, right = reading.sentence_of(c.start)
        award = c.data["award"]
        head = award.data.get("head")
        kind = head["kind"] if head else "quote"
        f = c.features
        f += ["kind=" + kind, "rule=" + award.rule, "block=" + reading.block_of(c.start).kind, f"prev={_word(reading, first - 1)}", f"prev2={_word(reading, first - 2)} {_word(reading, first - 1)}"]
        f += ["genre=" + word for word in genre]
        section = _section(reading, laid, c.start)
        f += ["section=" + section, f"section={section}|kind={kind}"]
        modal = next(((cue, word) for _, cue, word in _cues_left(reading, laid, first, left) if cue in ("aim", "done", "propose", "withdraw")), ("none", ""))
        f += [f"modal={modal[0]}", f"modal={modal[1]}", f"modal={modal[0]}|section={section}"]
        for distance, cue, word in _cues_left(reading, laid, first, left):
            f += [f"cue={cue}", f"cueword={word}"]
            if distance <= 6:
                f += [f"near={cue}", f"nearword={word}"]
        for start, end, cue in laid.cues_between(last, last + 11):
            if tokens.end[end - 1] <= right:
                f += [f"after={cue}", "afterword=" + " ".join(tokens.folded[start:end])]
        sentence = tokens.folded[tokens.at(left) : tokens.before(right) + 1]
        f += ["s=" + word for word in set(sentence) if word in ("%", "sẽ", "đã", "vừa", "chưa", "không", "nếu", "phấn", "đấu", "tỷ", "lệ", "năm")]
        f += ["w=" + word for word in set(tokens.folded[max(0, first - 8) : first])]
        f += ["r=" + word for word in set(tokens.folded[last : last + 5])]
        published = reading.article.published
        years = [span.value.get("value", "")[:4] for span in reading.spans("DATE", left, right)]
        if published:
            f += [f"year={'later' if year > str(published.year) else 'same' if year == str(published.year) else 'earlier'}" for year in set(years) if year.isdigit()]
        block = reading.block_of(c.start)
        f += ["lead=" + word for word in tokens.folded[tokens.at(block.start) : tokens.at(block.start) + 4]]


def _section(reading: Reading, laid: Marks, offset: int) -> str:
    """What the headings above an award speak of: aim ("Mục tiêu", "Phương hướng") or done ("Kết quả")."""
    tokens = reading.tokens
    index = bisect_left(reading.blocks, offset, key=lambda block: block.end)
    for block in reversed(reading.blocks[max(0, index - 40) : index]):
        if block.end - block.start < 130 and block.kind in ("heading", "short", "item"):
            first, last = tokens.at(block.start), tokens.before(block.end) + 1
            kinds = {laid.cue_at.get(at) for at in range(first, min(last, first + 14))} & {"aim", "done"}
            if len(kinds) == 1 and (block.kind != "item" or reading.text[block.start : block.end].rstrip().endswith(":")):
                return str(kinds.pop())
    return "none"


def _genre(reading: Reading) -> set[str]:
    """Words of the article's headings in capitals: a resolution or a plan speaks of aims."""
    words: set[str] = set()
    for block in reading.blocks[:8]:
        if block.kind == "heading" or reading.text[block.start : block.end].isupper():
            words.update(reading.folded[block.start : block.end].split()[:6])
    return words
