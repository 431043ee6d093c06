"""The units that a name may mean on a day, in tiers of likelihood, with where each lies.

A name in an article means a unit of the article's day; failing that one that had ended ("huyện
Đông Sơn" in 2025), or one that is about to begin. A bare name means a province before a district
and a district before a commune.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from bantin.places import units
from bantin.places.units import REFORM_DAY, Unit

_SOON = timedelta(days=400)  # an article may name a unit that has been decided on and not yet begun
_PROVINCES = ("tỉnh", "thành phố trung ương")


class Option(NamedTuple):
    """A unit that a mention may mean, on ``day`` (the article's, or one on which the unit stood).

    ``parents`` are the codes above it on that day, smallest unit first. ``above`` are the (level,
    code) of all that a text of the article's day may name above it: after the reform also the
    province into which a former unit's land went. ``provinces`` are its possible provinces, itself
    included; ``district`` is the code of its district or of itself, '' if it has none.
    """

    unit: Unit
    day: str
    parents: tuple[str, ...]
    above: frozenset[tuple[int, str]]
    provinces: frozenset[str]
    district: str


@lru_cache(maxsize=65536)
def tiers(name: str, kinds: tuple[str, ...], day: str, former: bool = False) -> tuple[tuple[Option, ...], ...]:
    """The tiers of a name (folded, without class noun), empty ones left out. ``former``: the text
    says that the unit has ended. Without ``kinds`` the tiers are those of a bare name."""
    out: list[list[Option]] = []
    if kinds:
        levels = {_level(kind) for kind in kinds}
        now = _now(name, day, kinds)
        ended = _ended(name, day, kinds)
        out = [ended, now] if former else [now, ended]
        if not now and not ended:
            # another kind of the same level: towns that became something else are long called by the old kind
            out += [_leveled(_now(name, day), levels), _leveled(_ended(name, day), levels), _soon(name, day, kinds)]
    else:
        now, ended = _now(name, day), _ended(name, day)
        current = [[o for o in now if o.unit.level == level] for level in (1, 2, 3)]
        past = [[o for o in ended if o.unit.level == level] for level in (1, 2, 3)]
        out = [past[0], past[1], past[2], *current] if former else [current[0], past[0], current[1], past[1], current[2], past[2]]
        if not former and day < REFORM_DAY:
            out = [current[0], current[1], past[0], current[2], past[1], past[2]]
    return tuple(tuple(tier) for tier in out if tier)


def _level(kind: str) -> int:
    return 1 if kind in _PROVINCES else 2 if kind in ("quận", "huyện", "thị xã", "thành phố") else 3


def _leveled(options: list[Option], levels: set[int]) -> list[Option]:
    return [option for option in options if option.unit.level in levels]


def _now(name: str, day: str, kinds: tuple[str, ...] = ()) -> list[Option]:
    table = units.load()
    found: dict[tuple[str, str], Unit] = {}
    for kind in kinds or (None,):
        for unit in table.named(name, day, kind=kind, context=True):
            if not kinds or unit.kind in kinds:
                found[unit.code, unit.valid_from] = unit
    return [option(unit, day) for unit in found.values()]


def _ended(name: str, day: str, kinds: tuple[str, ...] = ()) -> list[Option]:
    table = units.load()
    found: dict[tuple[str, str], Unit] = {}
    for kind in kinds or (None,):
        for unit in table.former(name, day, kind=kind, context=True):
            if not kinds or unit.kind in kinds:
                found[unit.code, unit.valid_from] = unit
    # of several that bore the name in one district one after the other, the last
    last: dict[str, Option] = {}
    for ended in sorted((option(unit, day) for unit in found.values()), key=lambda o: o.day):
        last[ended.district if ended.unit.level == 3 and ended.district else ended.unit.code] = ended
    return list(last.values())


def _soon(name: str, day: str, kinds: tuple[str, ...]) -> list[Option]:
    later = (min(date.fromisoformat(day), date.max - _SOON) + _SOON).isoformat()
    return [option(o.unit, o.unit.valid_from) for o in _now(name, later, kinds) if o.unit.valid_from > day]


@lru_cache(maxsize=65536)
def option(unit: Unit, day: str) -> Option:
    """The unit on ``day`` or, if it had ended by then, on its last day."""
    table = units.load()
    own = day if unit.holds(day) else unit.valid_from if unit.valid_from > day else (date.fromisoformat(unit.valid_to) - timedelta(days=1)).isoformat()
    chain = table.chain(unit, own)
    provinces = {chain[-1].code}
    above = {(other.level, other.code) for other in chain[1:]}
    if own < REFORM_DAY <= day:
        for heir in table.successors(unit):
            province = heir.code if heir.level == 1 else heir.parent
            provinces.add(province)
            above.add((1, province))
    district = next((other.code for other in chain if other.level == 2), "")
    return Option(unit, own, tuple(other.code for other in chain[1:]), frozenset(above), frozenset(provinces), district)
