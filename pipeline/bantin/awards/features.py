"""What the classifier sees of an award, of its realis, and of the parts in its giving."""

from __future__ import annotations

from bantin.awards.candidates import Marks, marks
from bantin.reading import Candidate, Reading


CLOSED = ("”", "\"")


def _word(reading: Reading, at: int) -> str:
    tokens = reading.tokens
    return tokens.folded[at] if 0 <= at < len(tokens) else "¶"


def _size(number: int) -> str:
    return str(number) if number < 5 else "5-8" if number < 9 else "9+"


def _cues_left(reading: Reading, laid: Marks, at: int, left: int) -> list[tuple[int, str, str]]:
    """Cues between the start of the sentence and token ``at``: (distance, kind, form), nearest first."""
    tokens = reading.tokens
    out = [(at - end, kind, " ".join(tokens.folded[start:end])) for start, end, kind in laid.cue if tokens.start[start] >= left and end <= at]
    return sorted(out)


def describe(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
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
        near = {kind_ for distance, kind_, _ in cues if distance <= 8}
        f += [f"near={kind_}|role={role}" for kind_ in near]
        f += ["w=" + word for word in set(tokens.folded[max(0, first - 6) : first])]
        f += [f"w={word}|role={role}" for word in set(tokens.folded[max(0, first - 4) : first])]
        f += ["r=" + word for word in set(tokens.folded[last : last + 3])]
        if first in laid.award and c.rule == "quotation":
            f.append("awardinside")
        if any(first < at < last for at in laid.award):
            f.append("hasaward")
            f.append("hasaward|role=" + role)
        if any(at < first < end for at, (end, _) in laid.award.items() if at >= first - 6):
            f.append("insidehead")
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
        if c.start and reading.text[c.start - 1] in "“\"'‘":
            f.append(f"quoted|closed={following in CLOSED}")


def realis(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
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
        for distance, cue, word in _cues_left(reading, laid, first, left):
            f += [f"cue={cue}", f"cueword={word}"]
            if distance <= 6:
                f += [f"near={cue}", f"nearword={word}"]
        for start, end, cue in laid.cue:
            if start >= last and tokens.end[end - 1] <= right and start - last <= 10:
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


def _genre(reading: Reading) -> set[str]:
    """Words of the article's headings in capitals: a resolution or a plan speaks of aims."""
    words: set[str] = set()
    for block in reading.blocks[:8]:
        if block.kind == "heading" or reading.text[block.start : block.end].isupper():
            words.update(reading.folded[block.start : block.end].split()[:6])
    return words


def roles(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    spans_of: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    inventory: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for c in candidates:
        zone = c.data["zone"]
        inventory.setdefault(zone, set()).add((c.start, c.end))
        if zone not in spans_of:
            spans_of[zone] = sorted(
                (span.start, span.end, letter) for label, letter in (("AWARD", "A"), ("TITLE", "T"), ("OFFICIAL", "O"), ("PLACE", "P"), ("DATE", "D")) for span in reading.spans(label, *zone)
            )
    verbs: dict[int, tuple[str, str, int]] = {}
    name_ends: dict[tuple[int, int], set[int]] = {}
    named: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for c in candidates:
        if c.data["type"] in "NO":
            named.setdefault(c.data["zone"], set()).add((c.start, c.end))
    for c in candidates:
        award, role, kind, zone = c.data["award"], c.data["role"], c.data["type"], c.data["zone"]
        first, last = tokens.at(c.start), tokens.before(c.end) + 1
        before = c.start < award.start
        left_end, right_start = (c.end, award.start) if before else (award.end, c.start)
        pattern = _between(reading, laid, spans_of[zone], left_end, right_start)
        order = "<" if before else ">"
        previous, following = _word(reading, first - 1), _word(reading, last)
        award_first, award_last = tokens.at(award.start), tokens.before(award.end) + 1
        longer = any(start == c.start and end > c.end for start, end in inventory[zone])
        wider = any(start < c.start and end == c.end for start, end in inventory[zone])
        f: list[str] = []
        f += [
            order,
            "type=" + kind,
            order + kind,
            f"{order}{kind}~{''.join(pattern[-8:]) if before else ''.join(pattern[:8])}" if len(pattern) <= 8 else f"{order}{kind}~long",
            f"{order}set={''.join(sorted(set(pattern)))}",
            f"{order}{kind}prev={previous}",
            f"{order}next={following}",
            f"{order}prev2={_word(reading, first - 2)} {previous}",
            f"headnoun={tokens.folded[first]}",
            f"headnoun2={' '.join(tokens.folded[first : min(first + 2, last)])}",
            f"size={_size(last - first)}|{kind}",
            f"longer={longer}|next={following}",
            f"longer={longer}|{kind}",
            f"wider={wider}|prev={previous}",
            f"wider={wider}|{kind}",
            f"aprev={_word(reading, award_first - 1)}|{order}{kind}",
            f"anext={_word(reading, award_last)}|{order}{kind}",
            f"aprev={_word(reading, award_first - 1)}|next={following}|{order}",
        ]
        cues = [kind_ for kind_ in pattern if kind_ in "ctrhin"]
        f.append(f"{order}{kind}cues={''.join(cues)[:6]}")
        if before:
            f.append(f"{order}{kind}firstcue={cues[0] if cues else '-'}")
        else:
            f.append(f"{order}{kind}lastcue={cues[-1] if cues else '-'}")
        f.append(f"{order}{kind}A{min(pattern.count('A'), 3)}")
        f.append(f"{order}{kind}O{min(pattern.count('O'), 3)}T{min(pattern.count('T'), 3)}")
        f.append(f"{order}{kind}comma{min(pattern.count(','), 3)}semi{min(pattern.count(';'), 2)}")
        words = tokens.folded[tokens.before(left_end) + 1 : tokens.at(right_start)]
        if len(words) <= 15:
            f += [f"{order}{kind}w={word}" for word in set(words)]
        if c.data["span"] is not None:
            f.append("conf=" + ("low" if c.data["span"].confidence < 0.6 else "high"))
        key = id(award)
        if key not in verbs:
            verbs[key] = _verb(reading, laid, award_first, tokens.at(zone[0]))
        verb, voice, verb_at = verbs[key]
        toward, steps = _toward(reading, laid, first, last, before, award_first if before else award_last, verb_at)
        clause = any(mark in pattern for mark in ";.")
        f += [
            f"{order}{kind}v={verb}|{voice}",
            f"{order}{kind}toward={toward}",
            f"{order}{kind}toward={toward}|v={verb}|{voice}",
            f"{order}toward={toward}|v={verb}|{voice}|steps={min(steps, 3)}",
            f"{order}{kind}toward={toward}|clause={clause}|A{min(pattern.count('A'), 2)}",
            f"{order}{kind}side={'verb' if before and last <= verb_at else 'inner'}|{voice}|{verb}",
        ]
        if kind in "GB" and (c.end in name_ends.setdefault(zone, {end for start, end in inventory[zone] if (start, end) in named.get(zone, ())})):
            f.append("endsinname")
        if c.start >= reading.block_of(award.start).end:
            # the list that the award opens
            block = reading.block_of(c.start)
            lead = first - tokens.at(block.start)
            f.append(f"list|{block.kind}|{kind}|lead={min(lead, 4)}")
            f.append(f"list|{kind}|prev={previous}|next={following}")
        if kind == "R":
            f.append("rest=" + following)
        # every feature speaks of one role only: the question is the same for all four
        c.features += [f"{role}:{feature}" for feature in f]


_LETTER = {"confer": "c", "hand over": "h", "receive": "r", "issuer": "i", "to": "t", "reason": "n", "aim": "m", "done": "d"}


def _between(reading: Reading, laid: Marks, spans: list[tuple[int, int, str]], start: int, end: int) -> list[str]:
    """What stands between: letters of spans, cues, marks; runs of other words as one "w"."""
    tokens = reading.tokens
    held = {s: (e, letter) for s, e, letter in spans if start <= s and e <= end}
    out: list[str] = []
    at = tokens.at(start)
    while at < len(tokens) and tokens.start[at] < end:
        offset = tokens.start[at]
        if offset in held:
            stop, letter = held[offset]
            out.append(letter)
            at = max(tokens.before(stop) + 1, at + 1)
            continue
        kind = laid.cue_at.get(at)
        if kind:
            out.append(_LETTER[kind])
        elif tokens.shape[at] in ("x", "X", "A", "0"):
            if tokens.folded[at] == "và":
                out.append("&")
            elif not out or out[-1] != "w":
                out.append("w")
        else:
            out.append(tokens.form[at])
        at += 1
        if len(out) > 40:
            break
    return out


def _verb(reading: Reading, laid: Marks, award_first: int, left: int) -> tuple[str, str, int]:
    """The verb that governs an award: the kind of the last cue of giving or receiving before it in its
    clause, its voice (passive where "được" stands before a verb of giving), and its token."""
    tokens = reading.tokens
    at = award_first - 1
    while at >= left and award_first - at < 40:
        if tokens.form[at] in ";":
            break
        kind = laid.cue_at.get(at)
        if kind in ("confer", "hand over"):
            for back in range(at - 1, max(left, at - 25) - 1, -1):
                if tokens.form[back] == ";":
                    break
                if tokens.folded[back] == "được" or laid.cue_at.get(back) == "receive":
                    return kind, "passive", back
            return kind, "active", at
        if kind == "receive":
            return kind, "passive", at
        at -= 1
    return "none", "none", award_first


def _toward(reading: Reading, laid: Marks, first: int, last: int, before: bool, award_at: int, verb_at: int) -> tuple[str, int]:
    """The first cue met on the way from a part to its award, and how many marks were passed: over a
    coordination ("cho A, B và C") or an apposition ("A, Chủ tịch …, được") the cue is the same."""
    tokens = reading.tokens
    steps = 0
    if before:
        for at in range(last, award_at):
            if at in laid.cue_at and laid.cue_at[at] not in ("aim", "done", "issuer", "to"):
                return f"{laid.cue_at[at]}:{tokens.folded[at]}" + ("!" if at == verb_at else ""), steps
            if tokens.form[at] in ";":
                return "semicolon", steps
            steps += tokens.form[at] in ",("
        return "award", steps
    for at in range(first - 1, award_at - 1, -1):
        if at in laid.cue_at and laid.cue_at[at] not in ("aim", "done"):
            return f"{laid.cue_at[at]}:{tokens.folded[at]}", steps
        if tokens.form[at] in ";":
            return "semicolon", steps
        if tokens.form[at] == ":":
            return "colon", steps
        steps += tokens.form[at] in ",(" or tokens.folded[at] == "và"
    return "award", steps
