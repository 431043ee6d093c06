"""Places: found in marked sentences of our own, and linked to the official unit of their day.

In a mark ``[P|380 …]`` the value is the code that the linker must give; ``[P|- …]`` must abstain.
"""

from __future__ import annotations

import csv
import io
import json

import pytest
from bantin import record
from bantin.article import Article, parse_published
from bantin.export import linked_places
from bantin.markup import parse
from bantin.places import candidates, linking, mentions, options, setting, units
from bantin.places.anaphora import anaphors
from bantin.reading import Reading, Span
from bantin.text.fold import fold
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked import annotated, expect, spans

# Written before: one sentence for each kind of mention and each trap.

FOUND = [
    "Chiều qua, đoàn công tác đã đến [P xã Tam Thanh], [P huyện Quan Sơn], [P tỉnh Thanh Hóa] kiểm tra tình hình sạt lở.",
    "Công an [P TP. Hải Dương] phối hợp với Công an [P H. Gia Lộc] triệt phá đường dây đánh bạc.",
    "Lãnh đạo [P TX. Sa Pa] và [P TP Lào Cai] dự lễ khai mạc.",
    "Người dân [P Q.5] và [P P.12] đồng loạt ra quân dọn vệ sinh.",
    "Mưa lớn làm ngập nhiều nhà ở các [P phường Đông Vệ], [P Quảng Thắng] và [P xã Quảng Cát].",
    "Ông bà sinh sống tại [P khu phố 4], [P phường Trường Thi].",
    "Dự án mở rộng [P đường Trường Chinh] và [P Quốc lộ 1A] đã hoàn thành.",
    "Đoàn đã dâng hương tại [P đền Bà Triệu].",
    "Học sinh [P Việt Nam] đoạt giải cao tại [P Thái Lan].",
    "Các tỉnh [P miền Trung] và [P Tây Nguyên] có mưa to.",
    "Bí thư Huyện ủy [P Như Xuân] phát biểu tại hội nghị.",
    "Chủ tịch UBND [P TP.HCM] làm việc với các sở, ngành.",
    "Tàu cá của ngư dân gặp nạn gần [P đảo Lý Sơn].",
]


@pytest.mark.parametrize("sentence", FOUND)
def test_places_are_found(sentence):
    expect(sentence, "PLACE", published="2022-03-04")


TRAPS = [
    "Đảng ủy, UBND các phường, xã tổ chức ký cam kết.",
    "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh.",
    "Xây dựng xã hội học tập, giữ gìn bản sắc văn hóa.",
    "Người dân gọi đường dây nóng để phản ánh.",
    "Trường Tiểu học Nguyễn Bá Ngọc khai giảng năm học mới.",
    "Danh hiệu “Phường kiểu mẫu” là niềm vui của người dân.",
    "Phóng viên Báo Nghệ An và Thông tấn xã Việt Nam đã đưa tin.",
    "Hợp tác xã đã hỗ trợ xã viên vay vốn.",
]


@pytest.mark.parametrize("sentence", TRAPS)
def test_what_is_no_place_is_left(sentence):
    assert spans(annotated(sentence, published="2022-03-04"), "PLACE") == []


# Bugs caught: proposals that must or must not stand, whatever the classifier says of them.


def proposed(text: str) -> set[str]:
    reading = Reading(Article(text))
    return {text[c.start : c.end] for c in candidates.propose(reading)}


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("Cử tri Đông Sơn và Cầu Giấy có ý kiến.", {"Đông Sơn", "Cầu Giấy"}, set()),
        ("tàu neo gần đảo Nam Du 18 hải lý về phía tây", {"đảo Nam Du"}, {"đảo Nam Du 18"}),
        ("trao cho TP Thanh Hoá 20.000 khẩu trang", {"TP Thanh Hoá"}, {"TP Thanh Hoá 20"}),
        ("Chủ tịch UBND quận 1 Lò Thị Mai", {"quận 1"}, {"quận 1 Lò"}),
        ("nhà ở đường 23 Tháng 10 bị ngập", {"đường 23 Tháng 10"}, set()),
        ("xe chạy trên đường ĐT 496 qua cầu", {"đường ĐT 496"}, set()),
        ("viếng Nghĩa trang liệt sĩ huyện Cẩm Khê", {"Nghĩa trang liệt sĩ huyện Cẩm Khê", "huyện Cẩm Khê"}, set()),
        ("công nhân KCN Phúc Điền đi làm", {"KCN Phúc Điền"}, set()),
        ("phóng viên Thông tấn xã Việt Nam đưa tin", set(), {"xã Việt Nam", "Việt Nam"}),
        ("HỘI NGHỊ THỐNG NHẤT ĐÁNH GIÁ KẾT QUẢ", set(), {"THỐNG NHẤT"}),
        ("thực hiện quy chế dân chủ ở cơ sở", set(), {"dân chủ"}),
        ("người dân xã Đoàn Tùng và huyện Đoan Hùng", {"xã Đoàn Tùng", "huyện Đoan Hùng"}, set()),
        ("Huyện đoàn Quế Võ ra quân", {"Quế Võ"}, {"Huyện đoàn Quế Võ"}),
    ],
)
def test_proposals(text, yes, no):
    found = proposed(text)
    assert yes <= found
    assert not no & found


def test_short_names_need_support():
    assert "BMT" not in proposed("Đội BMT thắng trận.")
    assert "BMT" in proposed("Đoàn từ BMT (Đắk Lắk) trở về.")
    assert "BMT" in proposed("Công an TP BMT cho biết, dân BMT rất vui.")
    assert "HN" not in proposed("Mã hàng HN đã hết.")


# Linking: spans by hand, so that nothing but the linker is tried.


def linked(sentence: str, published: str | None = None, source: str | None = None) -> list[tuple[str, str | None, dict]]:
    """The places of a marked sentence, taken as accepted: (surface, code wanted, value given)."""
    marked = parse(sentence)
    reading = Reading(Article(marked.text, "t", parse_published(published) if published else None, source))
    found = {}
    for c in candidates.propose(reading):
        key = (c.start, c.end)
        # of several readings of one extent the one with a class noun
        if key not in found or (c.data["class"] and not found[key].data["class"]):
            found[key] = c
    places = [mark for mark in marked.marks if mark.label == "PLACE"]
    for mark in places:
        assert (mark.start, mark.end) in found, f"not proposed: {marked.text[mark.start : mark.end]}"
    reading.found["PLACE"] = [Span("PLACE", m.start, m.end, "test", 1.0, found[m.start, m.end].data) for m in places]
    from bantin.places.resolve import resolve

    resolve(reading)
    return [(marked.text[m.start : m.end], m.value, s.value) for m, s in zip(places, reading.found["PLACE"], strict=True)]


LINKED = [
    # one name, four units of a province: the chain tells
    ("Lễ mít tinh tại [P|14770 phường Phú Sơn] ([P|380 TP Thanh Hóa]).", "2022-01-09", None),
    ("Lễ mít tinh tại [P|14823 phường Phú Sơn], [P|381 thị xã Bỉm Sơn].", "2022-01-09", None),
    ("Lễ mít tinh tại [P|14887 xã Phú Sơn], [P|385 huyện Quan Hoá], [P|38 Thanh Hóa].", "2022-01-09", None),
    # neighbours tell; alone it abstains
    ("Nước ngập ở các [P|15922 phường Long Anh], [P|14791 Đông Cương]. Sau đó [P|14770 phường Phú Sơn] được khen.", "2022-01-09", None),
    ("[P|- Phường Phú Sơn] được khen.", "2022-01-09", "Báo Thanh Hóa"),
    ("[P|- Phường Thanh Sơn] ra quân.", "2022-05-11", None),
    ("[P|- Huyện Châu Thành] họp.", "2020-05-11", None),
    # a code is no identity
    ("[P|769 Quận 2] họp dân.", "2019-06-01", None),
    ("[P|769 TP Thủ Đức] họp dân.", "2022-06-01", None),
    ("Thành ủy [P|582 PRTC] thăm [P|22750 phường Thanh Sơn].", "2022-08-01", None),
    ("Thành ủy [P|582 Phan Rang - Tháp Chàm] thăm [P|22750 phường Phủ Hà].", "2024-12-01", None),
    # a body before the name fixes the level
    ("Thành ủy [P|380 Thanh Hóa] và Tỉnh ủy [P|38 Thanh Hóa] phối hợp.", "2018-07-20", None),
    ("Huyện ủy [P|961 Hòa Bình] và Thành ủy [P|148 Hòa Bình] ký kết.", "2018-07-20", None),
    # shared heads
    ("các [P|380 thành phố Thanh Hóa], [P|382 Sầm Sơn] của [P|38 Thanh Hóa]", "2021-06-06", None),
    ("các [P|10 tỉnh Lào Cai], [P|15 Yên Bái] và [P|04 Cao Bằng]", "2021-06-06", None),
    # the newspaper's province
    ("[P|151 Huyện Kỳ Sơn] gieo cấy xong.", "2017-02-16", "Báo Hòa Bình"),
    ("[P|417 Huyện Kỳ Sơn] gieo cấy xong.", "2017-02-16", "baonghean.vn"),
    ("[P|14434 Xã Thanh Sơn] họp.", "2026-02-09", "37"),
    # one referent for one name
    ("[P|16603 Xã Phú Sơn] ([P|407 huyện Tĩnh Gia]) đạt chuẩn. Chủ tịch UBND [P|16603 xã Phú Sơn] cho biết như vậy.", "2015-11-12", None),
    # units that have ended, and the reform
    ("[P|16378 Phường Đông Sơn] thuộc [P|405 huyện Đông Sơn] cũ.", "2025-08-20", "Báo Thanh Hóa"),
    ("[P|14758 Phường Hàm Rồng] (trước đây thuộc [P|380 TP Thanh Hóa]) đón khách.", "2025-09-02", None),
    ("Nhập các [P|58 tỉnh Ninh Thuận] và [P|56 Khánh Hòa].", "2025-07-05", None),
    ("[P|28 Hà Tây] nay thuộc [P|01 Hà Nội].", "2019-07-05", None),
    ("[P|15922 Xã Long Anh] do nhập hai [P|15922 xã Hoằng Long] và [P|16009 Hoằng Anh].", "2020-01-05", "Báo Thanh Hóa"),
    # the month of the reform, the year of the reform: what is named tells the side
    ("Ra mắt [P|14797 phường Hạc Thành] của [P|38 tỉnh Thanh Hóa].", "2025", None),
    ("Họp tại [P|380 TP Thanh Hóa], [P|14770 phường Phú Sơn].", "2025", None),
    # no date at all
    ("Họp tại [P|769 TP Thủ Đức], [P|79 TP.HCM].", None, None),
    # short forms and other spellings
    ("Từ [P|77 BR-VT] đến [P|643 TP BMT] ([P|66 Đắc Lắc]).", "2017-07-07", None),
    ("Họp ở [P|760 Q.1], [P|764 Q. Gò Vấp] và [P|761 quận 12].", "2022-02-22", None),
]


@pytest.mark.parametrize(("sentence", "published", "source"), LINKED)
def test_links(sentence, published, source):
    for surface, wanted, value in linked(sentence, published, source):
        if wanted == "-":
            assert value["code"] is None, surface
            assert len(value["candidates"]) > 1, surface
        else:
            assert value["code"] == wanted, (surface, value)


def test_hamlets_and_roads_carry_their_unit():
    found = {surface: value for surface, _, value in linked("[P thôn 3], [P xã Đông Thanh], [P huyện Đông Sơn]; [P đường Lê Lợi] của [P TP Thanh Hóa]", "2019-09-09")}
    assert found["thôn 3"]["parents"] == ["16402", "405", "38"]
    assert found["thôn 3"]["code"] is None
    assert found["đường Lê Lợi"]["parents"] == ["380", "38"]


def test_successors_are_units_of_the_reform():
    (_, _, value), *_ = linked("[P phường Phú Sơn] ([P TP Thanh Hóa])", "2022-01-09")
    assert value["successor"] == ["14797"]
    assert value["parents"] == ["380", "38"]
    assert value["code_date"] == "2022-01-09"


def test_a_unit_that_has_ended_is_dated_on_its_last_day():
    value = linked("[P TP Thanh Hóa] trước kia", "2025-09-02")[0][2]
    assert (value["code"], value["code_date"]) == ("380", "2025-06-30")


@pytest.mark.parametrize(
    ("source", "codes"),
    [("Báo Thanh Hóa", {"38"}), ("baothanhhoa.vn", {"38"}), ("38", {"38"}), ("Báo Nhân Dân", set()), ("vnexpress.net", set()), (None, set()), ("Thừa Thiên Huế", {"46"})],
)
def test_sources_tell_their_province(source, codes):
    assert setting.provinces_of(source, "2022-01-09") == codes


def test_a_merged_province_is_where_it_went():
    assert setting.provinces_of("Báo Ninh Thuận", "2025-08-01") == {"58", "56"}


def test_bare_class_nouns_are_linked_only_on_demand():
    reading = annotated("Chủ tịch UBND xã Tam Thanh, huyện Quan Sơn cho biết người dân trong xã đã sơ tán; các xã khác cũng vậy.", "2022-03-04", "Báo Thanh Hóa")
    assert "xã" not in spans(reading, "PLACE")
    assert [(reading.text[a:b], reading.text[place.start : place.end]) for a, b, place in anaphors(reading)] == [("xã", "xã Tam Thanh")]


# Exports


def test_exports_tell_the_same_places():
    made = record.make(annotated("Họp tại phường Phú Sơn (TP Thanh Hóa). Công an TP Thanh Hóa dự.", "2022-01-09"))
    collection = json.loads(json.dumps(linked_places.collection([made])))
    titles = [feature["properties"]["title"] for feature in collection["features"]]
    assert titles == ["phường Phú Sơn", "thành phố Thanh Hóa"]
    ward, town = collection["features"]
    assert ward["geometry"] is None
    assert ward["relations"][0]["relationTo"] == town["@id"]
    assert all(name["citations"] for feature in collection["features"] for name in feature["names"])
    out = io.StringIO(newline="")
    assert linked_places.write_csv([made], out) == 3
    lines = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [line["code"] for line in lines] == ["14770", "380", "380"]
    assert lines[0]["parents"] == "380|38"


# Laws

NAMES = ["phường Phú Sơn", "xã Tân Lập", "huyện Châu Thành", "TP Thanh Hóa", "tỉnh Khánh Hòa", "quận 2", "phường 5", "Hòa Bình", "Sóc Sơn", "xã Thanh Sơn", "thị xã Bỉm Sơn", "TP Huế"]
days = st.dates(min_value=__import__("datetime").date(2004, 9, 1), max_value=__import__("datetime").date(2026, 6, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7), st.lists(st.sampled_from([", ", " (", "; ", " và ", ". Tại ", " của "]), min_size=7, max_size=7), days)
def test_every_code_is_valid_on_its_day_and_its_parents_are_a_chain(names, marks, day):
    sentence = "Tại " + "".join(f"[P {name}]{mark}" for name, mark in zip(names, marks, strict=False))
    table = units.load()
    for _, _, value in linked(sentence, day.isoformat()):
        if value.get("code"):
            unit = table.at(value["code"], value["code_date"])
            assert unit is not None
            assert value["kind"] == units.LEVELS[unit.level]
            assert [other.code for other in table.chain(unit, value["code_date"])[1:]] == value["parents"]
            assert all(table.at(code, units.REFORM_DAY) for code in value["successor"])
        elif "candidates" in value:
            assert len(value["candidates"]) >= 1
            assert all(table.periods(code) for code in value["candidates"])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="xãphườngTPHà Nội, ()1.5-–“”\nQ", max_size=300))
def test_any_text_keeps_candidates_inside_and_linking_total(text):
    if not text.strip():
        return
    reading = Reading(Article(text))
    for candidate in candidates.propose(reading):
        assert 0 <= candidate.start < candidate.end <= len(reading.text)
        assert not reading.text[candidate.start].isspace() and not reading.text[candidate.end - 1].isspace()
    reading.found["PLACE"] = []
    assert linking.link(reading) == []


def test_options_of_a_name_hold_on_their_day():
    for name in ("thanh hoá", "phú sơn", "châu thành", "5", "hòa bình"):
        for day in ("2006-01-01", "2022-01-09", "2025-07-01"):
            for tier in options.tiers(fold(name), (), day):
                for option in tier:
                    assert option.unit.holds(option.day)
                    assert option.unit.level == 1 or option.parents


def test_runs_hold_every_mention_once():
    reading = annotated("Họp tại xã Tam Thanh, huyện Quan Sơn (Thanh Hóa). Sau đó đến TP Vinh.", "2022-03-04")
    found = mentions.mentions(reading)
    assert [m for run in mentions.runs(found) for m in run] == found


@pytest.mark.parametrize(
    ("sentence", "published"),
    [
        ("Các đội [P|84 Trà Vinh], [P|86 Vĩnh Long], [P|80 Long An] dự giải.", "2010-01-18"),
        ("Cháy chợ ở [P|961 Hòa Bình] ([P|95 Bạc Liêu]).", "2018-01-18"),
        ("[P|381 Thị xã Bỉm Sơn] ([P|14823 phường Phú Sơn]) mở hội.", "2018-01-18"),
    ],
)
def test_provinces_beside_each_other_stay_provinces(sentence, published):
    for surface, wanted, value in linked(sentence, published):
        assert value["code"] == wanted, (surface, value)


def test_countries_are_no_communes_of_that_name():
    (_, _, value), *_ = linked("Đoàn từ [P Hà Lan] thăm [P tỉnh Thanh Hóa].", "2018-01-18")
    assert value == {"kind": "country", "code": None}
