"""Which unit each mention means: decided for the document as a whole.

The steps, each of which only narrows what the one before left open:

1. the day (:mod:`bantin.places.setting`): published, inferred, told by the article's dates, or the state of the
   country that explains most mentions;
2. chains: "xã X, huyện Y" and "X (Y)" keep the options that lie one in the other;
3. one referent for one name: what a chain has settled holds for the name's other mentions;
4. provinces: the fewest that explain all mentions; the newspaper's own and those of certain
   mentions first; 5. districts in the same way.

What stays open between equals stays open: the mention abstains, with its candidates. Linear in the
mentions but for the options of a name, of which there are some dozens at most.
"""

from __future__ import annotations

import re
from collections import Counter

from bantin.places import options
from bantin.places.mentions import Mention, mentions, runs
from bantin.places.options import Option
from bantin.places.setting import best_day, days, provinces_of
from bantin.places.units import REFORM_DAY
from bantin.reading import Reading

_OPENS = re.compile(r"[(:]|\b(?:gồm|có)\b")
_AHEAD = 12  # mentions of a run within which a parent is looked for

# How much a province or district is worth: the newspaper's own, one named in the same sentence, and
# each mention that is certainly in it (up to a bound: what is said often is not truer for that).
_HOME, _BESIDE, _MOST = 3, 3, 3


def link(reading: Reading) -> list[Mention]:
    """The mentions of the reading, in order, with ``choice`` set where one unit is meant; a mention
    that may be a unit and has no choice abstains among its ``options``."""
    found = mentions(reading)
    named = [mention for mention in found if mention.unit]
    if not named:
        return found
    chained = runs(found)
    day = best_day(days(reading), {(mention.name, mention.kinds) for mention in named if mention.kinds})
    home = provinces_of(reading.article.source, day)
    for run in chained:
        _share_heads(run, day)
    for mention in named:
        if not mention.tiers:
            mention.tiers = list(options.tiers(mention.name, mention.kinds, day, mention.former))
    for run in chained:
        if len(run) > 1:
            _chain(run)
    _one_referent(named)
    _decide(named, home)
    reading.facts["places.day"] = day
    return found


# Runs: shared heads and chains


def _share_heads(run: list[Mention], day: str) -> None:
    """A bare name coordinated with a classed one may share its class noun ("các phường A, B")."""
    head: Mention | None = None
    for mention in run:
        if mention.sort != "bare":
            head = mention if mention.kinds else None
            continue
        if head is None or not mention.sibling:
            head = None
            continue
        if mention.kinds:
            head = mention
            continue
        shared = options.tiers(mention.name, head.kinds, day, mention.former)
        bare = options.tiers(mention.name, (), day, mention.former)
        fits = bool(shared) and any(o.unit.kind in head.kinds for o in shared[0])
        above = [o for tier in bare[:2] for o in tier]
        chain = not head.plural and any(_inside(under, over) for tier in _tiers(head, day) for under in tier for over in above)
        if fits and not chain:
            mention.kinds, mention.plural = head.kinds, head.plural
            mention.tiers = [*shared, *bare]
        else:
            mention.tiers = list(bare)
            head = head if not chain else None


def _tiers(mention: Mention, day: str) -> list[tuple[Option, ...]]:
    if not mention.tiers:
        mention.tiers = list(options.tiers(mention.name, mention.kinds, day, mention.former))
    return mention.tiers


def _inside(under: Option, over: Option) -> bool:
    """Does one lie in the other? A unit of the reform also lies in the district that went into it:
    "phường Hàm Rồng (trước đây thuộc TP Thanh Hóa)"."""
    if (over.unit.level, over.unit.code) in under.above:
        return True
    return over.unit.level < under.unit.level and over.day < REFORM_DAY <= under.day and under.unit.code in over.unit.successors


def _top(mention: Mention) -> int:
    """The highest level that the mention may mean: 1, 2, 3; 4 for what is no unit."""
    return min((o.unit.level for tier in mention.tiers for o in tier), default=4) if mention.unit else 4


def _chain(run: list[Mention]) -> None:
    """Keep the options that lie in each other, from the right: the parent follows its child or, in
    "huyện X: xã A, B" and "huyện X (xã A)", stands before it."""
    for at in range(len(run) - 2, -1, -1):
        _fit(run, at, range(at + 1, min(at + 1 + _AHEAD, len(run))))
    for at in range(1, len(run)):
        if not run[at].chained:
            _fit(run, at, range(at - 1, max(at - 1 - _AHEAD, -1), -1))


def _fit(run: list[Mention], at: int, others: range) -> None:
    under = run[at]
    if not under.unit or not under.tiers:
        return
    bare = under.sort == "bare" and not under.kinds
    risen = 5
    for index in others:
        over = run[index]
        # what stands before is the parent only where it opens a bracket or a list: "huyện X (xã A)", "huyện X: xã A"
        if index < at and not _OPENS.search(run[index + 1].gap or ""):
            if over.unit and over.tiers and _top(over) < 3:
                return
            continue
        # a bare province's name is the province: "Vĩnh Long, Long An"; but "Hòa Bình (Bạc Liêu)"
        if bare and under.options[0].unit.level == 1 and not (index == at + 1 and "(" in (over.gap or "")):
            return
        if not over.unit or not over.tiers:
            continue
        top = _top(over)
        if top > risen:  # the chain has ended and another begun
            return
        if top >= 3:
            continue
        pairs = _pairs(under, over)
        if pairs:
            low = {id(tier): [o for o in tier if any(o is u for u, _ in pairs)] for tier in under.tiers}
            under.tiers = [tuple(kept) for tier in under.tiers if (kept := low[id(tier)])]
            over.tiers = [tuple(kept) for tier in over.tiers if (kept := [o for o in tier if any(o is p for _, p in pairs)])]
            under.chained = True
            over.chained = True
            return
        risen = min(risen, top)


def _pairs(under: Mention, over: Mention) -> list[tuple[Option, Option]]:
    """Options of two mentions of which one lies in the other, of the likeliest tiers that have any."""
    for tier in under.tiers:
        for upper in over.tiers:
            found = [(u, o) for u in tier for o in upper if _inside(u, o)]
            if found:
                return found
    return []


# One referent for one name


def _one_referent(named: list[Mention]) -> None:
    """What chains have settled holds for the name's other mentions; where they differ, the nearest before."""
    settled: dict[tuple[str, tuple[str, ...]], list[Mention]] = {}
    by_name: dict[str, list[Mention]] = {}
    for mention in named:
        if mention.chained and len(mention.options) == 1:
            settled.setdefault((mention.name, mention.kinds), []).append(mention)
        if mention.sort != "bare" or mention.kinds:
            by_name.setdefault(mention.name, []).append(mention)
    for mention in named:
        if mention.chained and len(mention.options) == 1:
            continue
        # a bare name is the unit that the article names with its class noun, but a province's name is the province
        if mention.sort == "bare" and not mention.kinds:
            if (mention.options and mention.options[0].unit.level == 1) or not by_name.get(mention.name):
                continue
            classed = by_name[mention.name]
            mention.tiers = classed[0].tiers if len({other.kinds for other in classed}) == 1 else mention.tiers
            mention.kinds = classed[0].kinds if len({other.kinds for other in classed}) == 1 else ()
        if models := settled.get((mention.name, mention.kinds)):
            before = [model for model in models if model.span.start < mention.span.start]
            model = before[-1] if before else models[0]
            if not mention.chained:
                mention.tiers = model.tiers


# The whole document


def _decide(named: list[Mention], home: frozenset[str]) -> None:
    groups: dict[tuple, list[Mention]] = {}
    for mention in named:
        if mention.tiers:
            key = (mention.name, tuple(tuple((o.unit.level, o.unit.code, o.day) for o in tier) for tier in mention.tiers))
            groups.setdefault(key, []).append(mention)
    ordered = list(groups.values())
    provinces: Counter[str] = Counter()
    districts: Counter[str] = Counter()
    beside: dict[int, tuple[set[str], set[str]]] = {}

    def settle(group: list[Mention], choice: Option) -> None:
        sure = group[0].sort != "bare" or group[0].chained or choice.unit.level < 3
        for mention in group:
            mention.choice = choice
            if sure:
                near = beside.setdefault(mention.sentence, (set(), set()))
                near[0].update(choice.provinces)
                near[1].add(choice.district)
        if sure:
            provinces.update(dict.fromkeys(choice.provinces, len(group)))
            if choice.district:
                districts[choice.district] += len(group)

    open_groups = []
    for group in ordered:
        first = group[0].options
        alone = len(first) == 1 and (len(group[0].tiers) == 1 or group[0].chained or first[0].unit.level == 1)
        if alone and (group[0].kinds or group[0].chained or first[0].unit.level < 3):
            settle(group, first[0])
        else:
            open_groups.append(group)
    for level in (1, 2, 3):
        waiting = [group for group in open_groups if group[0].choice is None and min(o.unit.level for tier in group[0].tiers for o in tier) == level]
        waiting += [group for group in open_groups if group[0].choice is None and group not in waiting] if level == 3 else []
        while waiting:
            left = []
            for group in waiting:
                choice = _supported(group, home, provinces, districts, beside)
                if choice is not None:
                    settle(group, choice)
                else:
                    left.append(group)
            if len(left) == len(waiting) and not _cover(left, home, provinces, settle):
                break
            waiting = [group for group in left if group[0].choice is None]
    for group in ordered:
        if group[0].choice is None:
            _fallback(group)


def _supported(group: list[Mention], home, provinces: Counter, districts: Counter, beside) -> Option | None:
    """The one option that lies in the best supported province and district; None if none or several do."""
    near_provinces = {code for mention in group for code in beside.get(mention.sentence, ((), ()))[0]}
    near_districts = {code for mention in group for code in beside.get(mention.sentence, ((), ()))[1]}

    def province(option: Option) -> int:
        return max((_HOME if code in home else 0) + (_BESIDE if code in near_provinces else 0) + min(provinces[code], _MOST) for code in option.provinces)

    def district(option: Option) -> int:
        if not option.district:
            return 0
        return (_BESIDE if option.district in near_districts else 0) + min(districts[option.district], _MOST)

    for tier in group[0].tiers:
        if group[0].sort == "bare" and not group[0].kinds and not group[0].chained and tier[0].unit.level == 1:
            return tier[0] if len(tier) == 1 else _only(tier, province)
        scored = [option for option in tier if province(option) > 0]
        if not scored:
            continue
        best = max(map(province, scored))
        scored = [option for option in scored if province(option) == best]
        return scored[0] if len(scored) == 1 else _only(scored, district)
    return None


def _only(found, worth) -> Option | None:
    best = max(map(worth, found))
    top = [option for option in found if worth(option) == best]
    return top[0] if best > 0 and len(top) == 1 else None


def _cover(left: list[list[Mention]], home: frozenset[str], provinces: Counter, settle) -> bool:
    """Settle the groups that one district, else one province, explains better than any other does:
    it must explain two names at least. True if something was settled."""
    for part in ("district", "provinces"):
        count: Counter[str] = Counter()
        for group in left:
            of: set[str] = set()
            for option in group[0].options:
                if not home or option.provinces & home or not any(o.provinces & home for o in group[0].options):
                    of |= {option.district} - {""} if part == "district" else option.provinces
            count.update(of)
        if not count:
            continue
        ranked = count.most_common()
        top = ranked[0][1]
        best = [code for code, number in ranked if number == top]
        if top < 2:
            continue
        done = False
        for code in best:
            for group in left:
                inside = [o for o in group[0].options if (o.district == code if part == "district" else code in o.provinces)]
                rival = any(count[other] >= top for o in group[0].options if o not in inside for other in ([o.district] if part == "district" else o.provinces))
                if len(inside) == 1 and not rival and group[0].choice is None:
                    settle(group, inside[0])
                    done = True
        if done:
            return True
    return False


def _fallback(group: list[Mention]) -> None:
    """Without any support: the only unit of that name, if its kind is said or it is no commune."""
    mention = group[0]
    if len(mention.options) == 1 and (mention.kinds or mention.options[0].unit.level < 3):
        for other in group:
            other.choice = mention.options[0]
