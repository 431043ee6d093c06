"""Titles, names, who holds what, who is who, and the register: marked sentences in cohorts.

All people are invented; places are real. ``holds`` are given as pairs.
"""

import importlib.util
import json
from pathlib import Path

import pytest
from bantin.errors import BantinError
from bantin.export import followthemoney, popolo
from bantin.officials import register
from bantin.officials.people import agree, contradicts
from bantin.record import make
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import annotated, expect, pairs
from test_cli import run

# --- names and titles -----------------------------------------------------------------------------

BEFORE = [
    "Đồng chí [O Nguyễn Văn Thắng], [T Bí thư Huyện ủy], [T Chủ tịch HĐND huyện] dự và phát biểu chỉ đạo.",
    "Ông [O Lê Quang Hòa] - [T Phó Chủ tịch UBND tỉnh] - cho biết tỉnh đã cấp gạo cho 500 hộ.",
    "[T Chủ tịch UBND huyện] [O Trần Thị Mai] trao Giấy khen cho 3 tập thể.",
    "Đại tá [O Phạm Văn Sơn], [T Giám đốc Công an tỉnh] chủ trì hội nghị.",
    "Dự lễ có các đồng chí: [O Hoàng Văn Nam], [T Bí thư Tỉnh ủy]; [O Đỗ Thị Hạnh], [T Phó Bí thư Thường trực Tỉnh ủy]; [O Vũ Đình Long], [T Chủ tịch UBND tỉnh].",
    "Bà [O Ngô Thị Lan], [T Hiệu trưởng Trường THPT Hàm Rồng], cảm ơn các thầy cô giáo.",
    "Các đồng chí [O Bùi Văn Khang], [T nguyên Bí thư Huyện ủy]; [O Phan Thị Nga], [T Chủ tịch Hội LHPN huyện] cùng dự.",
    "Ông [O Đặng Văn Tú], [T Trưởng thôn], vận động bà con hiến đất làm đường.",
    "Thượng tá [O Lương Văn Bình], [T Phó Trưởng Công an huyện], cho biết vụ việc đang được điều tra.",
]


@pytest.mark.parametrize("sentence", BEFORE)
def test_names_and_titles(sentence):
    expect(sentence, "OFFICIAL", "TITLE")


CAUGHT = [
    # a role across a line's end: "VỤ / PHÓ" is no "vụ phó"
    "T/M BAN THƯỜNG VỤ\n[T PHÓ BÍ THƯ THƯỜNG TRỰC]\n\n[O Vương Đức Thịnh]",
    # the verb after a body in capitals
    "Đồng chí [O Nguyễn Văn Thắng], [T Bí thư Huyện ủy] báo cáo kết quả thực hiện nhiệm vụ.",
    # a body's form that swallows the place's class noun
    "Tập thể đội được [T Chủ tịch UBND tỉnh] tặng Bằng khen.",
    # a document's number is no post
    "Học tập theo Chỉ thị 05-CT/TW của Bộ Chính trị.",
    # "Bộ Tư lệnh" is a body
    "Công an các đơn vị, Bộ Tư lệnh Cảnh vệ đã tham gia diễn tập.",
    # a comma inside an open-class body
    "Bác sĩ [O Nguyễn Văn Đức], [T Trưởng khoa khám, điều trị chuyên khoa mắt và tai mũi họng], cho biết bệnh nhân đã khỏe.",
]


@pytest.mark.parametrize("sentence", CAUGHT)
def test_bugs_caught(sentence):
    expect(sentence, "OFFICIAL", "TITLE")


NOBODY = [
    "Ông Trần Văn Tuấn, Phó Giám đốc HTX nông nghiệp Đông Tiến, đầu tư hai máy cấy.",
    "Anh Nguyễn Văn Hùng, công nhân Công ty may Sông Đà, bị thương nhẹ.",
    "Tuyến đường Nguyễn Văn Cừ đang được mở rộng.",
    "Em Lê Thị Hoa, học sinh lớp 5A, nhận 1 suất học bổng.",
]


@pytest.mark.parametrize("sentence", NOBODY)
def test_people_without_a_post(sentence):
    expect(sentence, "OFFICIAL")


WRONG = [
    # the youth union of a district, split by its capital, is no surname Đoàn
    "Anh [O Phạm Minh Đức] - [T phó bí thư huyện Đoàn Quế Sơn] - cho biết đoàn đã quyên góp 5 triệu đồng.",
    # names of two short syllables without a Kinh surname, after a post of the hamlet
    "[T Trưởng thôn] [O A Huy] và già làng Y Thông vận động bà con.",
    # "chỉ đạo" is a verb here and part of bodies' names elsewhere
    "[T Bí thư huyện] chỉ đạo công an theo dõi đoàn kiểm tra.",
]


@pytest.mark.xfail(strict=True, reason="known to be wrong")
@pytest.mark.parametrize("sentence", WRONG)
def test_known_wrong(sentence):
    expect(sentence, "OFFICIAL", "TITLE")


# --- who holds what -------------------------------------------------------------------------------

HOLDS = [
    ("Đồng chí Nguyễn Văn Thắng, Bí thư Huyện ủy, Chủ tịch HĐND huyện dự hội nghị.", {("Nguyễn Văn Thắng", "Bí thư Huyện ủy"), ("Nguyễn Văn Thắng", "Chủ tịch HĐND huyện")}),
    ("Chủ tịch UBND huyện Trần Thị Mai và Phó Chủ tịch UBND huyện Lê Văn Hải cùng dự.", {("Trần Thị Mai", "Chủ tịch UBND huyện"), ("Lê Văn Hải", "Phó Chủ tịch UBND huyện")}),
    ("Ông Lê Quang Hòa - Phó Chủ tịch UBND tỉnh - cho biết tỉnh đã cấp gạo.", {("Lê Quang Hòa", "Phó Chủ tịch UBND tỉnh")}),
    ("Dự lễ có các đồng chí: Hoàng Văn Nam, Bí thư Tỉnh ủy; Vũ Đình Long, Chủ tịch UBND tỉnh.", {("Hoàng Văn Nam", "Bí thư Tỉnh ủy"), ("Vũ Đình Long", "Chủ tịch UBND tỉnh")}),
    ("Phó Bí thư, Chủ tịch UBND xã Đinh Văn Tám trao quà cho các gia đình.", {("Đinh Văn Tám", "Phó Bí thư"), ("Đinh Văn Tám", "Chủ tịch UBND xã")}),
]


@pytest.mark.parametrize(("text", "held"), HOLDS)
def test_holds(text, held):
    assert pairs(annotated(text)) == held


def test_a_predicate_is_no_holds():
    reading = annotated("Đồng chí Lê Xuân Hà được bầu giữ chức Bí thư Huyện ủy.")
    assert pairs(reading) == set()
    assert pairs(reading, "appointed") == {("Lê Xuân Hà", "Bí thư Huyện ủy")}


# --- what a title says ----------------------------------------------------------------------------


def values(text: str, published: str) -> dict[str, dict]:
    reading = annotated(text, published)
    out = {}
    for title in reading.spans("TITLE"):
        value = dict(title.value)
        value["place"] = value["place"] and reading.text[value["place"].start : value["place"].end]
        out[reading.text[title.start : title.end]] = value
    return out


def test_ellipsis_is_filled_in_the_value_only():
    found = values("Đồng chí Lê Văn Ân, Phó Bí thư, Chủ tịch UBND xã Tân Lập dự lễ.", "2021-06-09")
    left = found["Phó Bí thư"]
    assert (left["body"], left["level"], left["place"], left["inferred"]) == ("Đảng ủy xã", "commune", "xã Tân Lập", "right")
    assert found["Chủ tịch UBND xã Tân Lập"]["level"] == "commune"


def test_levels_by_the_law_of_the_day():
    text = "Ông Lê Văn Ân, Bí thư Huyện ủy và ông Hà Văn Cắm, nguyên Chủ tịch UBND huyện dự lễ."
    old, new = values(text, "2021-06-09"), values(text, "2025-08-01")
    assert old["Bí thư Huyện ủy"]["level"] == "district" and new["Bí thư Huyện ủy"]["level"] is None
    assert new["nguyên Chủ tịch UBND huyện"]["former"] and new["nguyên Chủ tịch UBND huyện"]["level"] == "district"


def test_branch_and_former():
    found = values("Đại tá Phạm Văn Sơn, Giám đốc Công an tỉnh; ông Vũ Văn Lộc, Giám đốc Sở Tư pháp và bà Ngô Thị Lan, Chủ tịch Hội LHPN tỉnh dự.", "2020-02-01")
    assert [value["branch"] for value in found.values()] == ["armed", "government", "front"]
    assert {value["level"] for value in found.values()} >= {"province"}


# --- who is who -----------------------------------------------------------------------------------


def people(text: str, published: str = "2021-06-09") -> list[dict]:
    return make(annotated(text, published))["officials"]


def test_short_mentions_and_rank():
    (one,) = people("Đại tá Phạm Văn Sơn, Giám đốc Công an tỉnh phát biểu. Ông Sơn cho rằng cần làm ngay.")
    assert one["name"] == "Phạm Văn Sơn" and one["rank"] == "Đại tá" and len(one["mentions"]) == 2


def test_one_name_two_people():
    found = people("Ông Nguyễn Văn Hùng, Chủ tịch UBND xã Chiềng Sơn và ông Nguyễn Văn Hùng, Chủ tịch UBND xã Vân Hồ cùng dự.")
    assert [one["name"] for one in found] == ["Nguyễn Văn Hùng"] * 2


def test_a_title_without_a_name_is_linked_where_one_person_fits():
    text = "Đồng chí Lê Văn Ân, Chủ tịch UBND xã Tân Lập dự lễ. Chủ tịch UBND xã Tân Lập cũng hứa sửa đường. Đồng chí nhấn mạnh đến phòng cháy."
    (one,) = people(text)
    assert len(one["titles"]) == 1
    assert [text[start:end] for start, end in one["anaphora"]] == ["Đồng chí"]


def test_a_dismissal_or_appointment_has_its_day():
    reading = annotated("Ông Hoàng Văn Lự được bổ nhiệm giữ chức Giám đốc Sở Nội vụ từ ngày 15/8/2022.", "2022-08-12")
    (relation,) = [r for r in reading.relations if r.kind == "appointed"]
    day = relation.roles["date"]
    assert reading.text[day.start : day.end] == "ngày 15/8/2022"


TITLES = ["Chủ tịch UBND xã Tân Lập", "Chủ tịch UBND xã Vân Hồ", "Phó Chủ tịch UBND xã Tân Lập", "Bí thư Tỉnh ủy", "nguyên Chủ tịch UBND xã Vân Hồ"]
_READING = annotated("Ông Lê Văn Ân, " + "; ông Lê Văn Ân, ".join(TITLES) + " cùng dự.", "2021-06-09")


@given(st.sampled_from(range(5)), st.sampled_from(range(5)))
def test_contradiction_and_agreement_are_symmetric(one, two):
    spans = _READING.spans("TITLE")
    a, b = spans[one % len(spans)], spans[two % len(spans)]
    assert contradicts(_READING, [a], [b]) == contradicts(_READING, [b], [a])
    assert agree(_READING, a, b) == agree(_READING, b, a)
    assert agree(_READING, a, a) and not contradicts(_READING, [a], [a])
    assert not (agree(_READING, a, b) and contradicts(_READING, [a], [b]))


# --- the register ---------------------------------------------------------------------------------


def record(identity: str, day: str | None, *people: tuple) -> dict:
    """A record by hand: people as (name, role, body, level, unit's name, code)."""
    spans, officials = [], []
    for name, role, body, level, unit, code in people:
        title, place = f"e{len(spans) + 1}", f"e{len(spans) + 2}"
        spans.append({"id": title, "start": 0, "end": 5, "label": "TITLE", "surface": f"{role} {body or ''} {unit or ''}".strip()})
        spans.append({"id": place, "start": 3, "end": 5, "label": "PLACE", "surface": unit or "?", "code": code, "parents": [code[:2]] if code else []})
        position = {"title": title, "role": role, "body": body, "branch": "government", "level": level, "place": place if unit else None, "former": False}
        officials.append({"name": name, "mentions": ["e1"], "positions": [position] if role else []})
    return {"id": identity, "published": day, "title": "Tin", "source": "baodiaphuong", "spans": spans, "relations": [], "officials": officials}


HEAD = ("Chủ tịch", "UBND", "commune")
TAN_LAP, VAN_HO = ("xã Tân Lập", "04042"), ("xã Vân Hồ", "04057")


def test_one_post_joins_and_days_are_kept():
    built = register.build([record("a", "2021-06-09", ("Lê Văn Ân", *HEAD, *TAN_LAP)), record("b", "2022-01", ("LÊ VĂN ÂN", *HEAD, *TAN_LAP))])
    (one,) = [register.as_json(entry) for entry in built]
    assert one["name"] == "Lê Văn Ân" and one["articles"] == 2
    assert (one["posts"][0]["first"], one["posts"][0]["last"]) == ("2021-06-09", "2022-01")
    assert [spot["article"] for spot in one["posts"][0]["evidence"]] == ["a", "b"]


def test_a_name_alone_joins_nothing():
    built = register.build([record("a", "2021", ("Lê Văn Ân", *HEAD, *TAN_LAP)), record("b", "2021", ("Lê Văn Ân", *HEAD, *VAN_HO)), record("c", "2021", ("Lê Văn Ân", "", None, None, None, None))])
    assert len(built) == 3


def test_a_post_without_a_unit_joins_nothing():
    assert len(register.build([record(i, "2021", ("Lê Văn Ân", *HEAD, None, None)) for i in "ab"])) == 2


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        ("Huyện ủy", "huyện Mộc Châu", "Bí thư Huyện ủy Mộc Châu"),
        ("Công an tỉnh", "tỉnh Sơn La", "Bí thư Công an tỉnh Sơn La"),
        ("UBND", "xã Tân Lập", "Bí thư UBND xã Tân Lập"),
        (None, "Yên Bái", "Bí thư Yên Bái"),
    ],
)
def test_a_post_in_words(body, place, said):
    assert register.in_words("Bí thư", body, place={"name": place, "code": None}) == said


def test_two_holders_are_shown():
    built = register.build([record("a", "2021", ("Lê Văn Ân", *HEAD, *TAN_LAP)), record("b", "2021", ("Đỗ Thị Hạnh", *HEAD, *TAN_LAP))])
    assert [entry.contradictions[0]["kind"] for entry in built] == ["two holders"] * 2


_names = st.sampled_from(["Lê Văn Ân", "Lê Văn ân", "Đỗ Thị Hạnh"])
_units = st.sampled_from([(None, None), ("xã Tân Lập", "04042"), ("xã Vân Hồ", "04057")])
_people = st.tuples(_names, st.sampled_from(["Chủ tịch", "Phó Chủ tịch", "Bí thư"]), st.sampled_from(["UBND", "HĐND", None]), st.just("commune"), _units).map(lambda each: (*each[:4], *each[4]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_people, max_size=3), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(groups, random):
    records = [record(str(number), f"20{10 + number}", *group) for number, group in enumerate(groups)]
    shuffled = list(records)
    random.shuffle(shuffled)

    def summary(built):
        return [(entry.key, sorted(entry.articles), sorted((post.key, post.first, post.last) for post in entry.posts.values())) for entry in built]

    assert sorted(summary(register.build(records))) == sorted(summary(register.build(shuffled)))
    assert len(register.build(records)) <= sum(len(group) for group in groups)


def test_people_on_the_command_line(tmp_path: Path):
    file = tmp_path / "part-000.jsonl"
    file.write_text(json.dumps(record("a", "2021-06-09", ("Lê Văn Ân", *HEAD, *TAN_LAP)), ensure_ascii=False) + "\n", encoding="utf-8")
    lines = run("people", str(tmp_path), "--format", "jsonl").stdout.decode().splitlines()
    assert json.loads(lines[0])["name"] == "Lê Văn Ân"
    table = run("people", str(file)).stdout.decode()
    assert "Lê Văn Ân" in table and "2021-06-09" in table and "xã Tân Lập" in table


@pytest.mark.parametrize(("content", "reason"), [("{", "line 1: not JSON"), ('{"id": 1}', "no record of bantin")])
def test_a_broken_file_of_records_is_an_error(tmp_path: Path, content, reason):
    file = tmp_path / "r.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BantinError, match=reason):
        list(register.read([file]))
    with pytest.raises(BantinError, match="part-"):
        list(register.read([tmp_path / "."]))


RECORDS = [record("a", "2021-06-09", ("Lê Văn Ân", *HEAD, *TAN_LAP)), record("b", "2022-01", ("Lê Văn Ân", *HEAD, *TAN_LAP), ("Đỗ Thị Hạnh", "Bí thư", "Tỉnh ủy", "province", "tỉnh Sơn La", "14"))]


def test_a_day_seen_is_no_start():
    made = list(followthemoney.entities(RECORDS))
    occupancies = [entity for entity in made if entity["schema"] == "Occupancy"]
    assert occupancies[0]["properties"]["date"] == ["2021-06-09", "2022-01"]
    assert not any("startDate" in entity["properties"] or "endDate" in entity["properties"] for entity in made)
    assert len({entity["id"] for entity in made}) == len(made)
    assert {entity["schema"] for entity in made} == {"Person", "Position", "Occupancy", "PublicBody", "Article"}


def test_popolo_references_stand():
    made = popolo.popolo(RECORDS)
    ids = {kind: {each["id"] for each in made[kind]} for kind in ("persons", "posts", "organizations")}
    for membership in made["memberships"]:
        assert membership["person_id"] in ids["persons"] and membership["post_id"] in ids["posts"]
        assert membership["organization_id"] in ids["organizations"] and "start_date" not in membership


@pytest.mark.skipif(importlib.util.find_spec("followthemoney") is None, reason="needs the package followthemoney (heavy): pip install followthemoney==4.11.2")
def test_followthemoney_validates():
    from followthemoney import model

    made = list(followthemoney.entities(RECORDS))
    known = {entity["id"] for entity in made}
    for entity in made:
        schema = model.get(entity["schema"])
        proxy = model.get_proxy({"id": entity["id"], "schema": entity["schema"], "properties": {}})
        for name, values in entity["properties"].items():
            prop = schema.get(name)
            assert prop is not None, name
            for value in values:
                proxy.add(name, value)
                assert prop.type.name != "entity" or value in known
            assert set(proxy.get(name)) == set(values), (name, values)
        schema.validate(proxy.to_dict())
