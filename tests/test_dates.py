"""Dates: what is one, how far it reaches, and what day, month, year or interval it means.

Sentences are marked (bantin.markup); people are invented. Three cohorts: those written before the
code, those of mistakes it made, and what is known to be wrong (strict: a fix must move its row).
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

import date_forms
import lunar_reference
import pytest
from bantin import record
from bantin.article import Article, parse_published
from bantin.dates import calendar, candidates, resolve
from bantin.dates.timex import timex
from bantin.dates.vocabulary import lexicon
from bantin.export import timeml
from bantin.lexicon import rows
from bantin.markup import parse
from bantin.reading import Reading
from bantin.text.fold import fold
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import annotated, spans


def check(sentence: str, published: str | None) -> Reading:
    """Annotate a marked sentence and demand exactly its dates, with their values."""
    marked = parse(sentence)
    reading = annotated(marked.text, published)
    got = [(reading.text[span.start : span.end], span.value["value"]) for span in reading.spans("DATE")]
    assert got == [(marked.text[mark.start : mark.end], mark.value) for mark in marked.marks if mark.label == "DATE"]
    return reading


WRITTEN_BEFORE = [
    ("2021-06-10", "[D|2021-06-09 Sáng 9-6], tại [P xã Hoà Sơn] diễn ra hội nghị sơ kết [D|2021-01/2021-06 6 tháng đầu năm]."),
    ("2021-06", "[D|2021-06-09 Chiều 9.6], đoàn làm việc; [D|2021-06-09 tối cùng ngày], đoàn về [P thành phố Hoà Bình]."),
    ("2019", "[D|2019-03-12 Ngày 12/3], ông Bùi Văn Ếch thăm trường. [D|2019-03-11 Hôm qua], trường đã khai giảng."),
    (None, "[D|XXXX-03-12 Ngày 12/3], Công an huyện bắt hai đối tượng lúc [D|XXXX-03-10 2 giờ ngày 10/3]."),
    ("2023-01-05", "Ông Lò Văn Pánh sinh [D|1964 năm 1964], giữ chức [D|2016/2021 nhiệm kỳ 2016 - 2021], nghỉ hưu [D|2022-12-28 ngày 28-12]."),
    ("2022-03-02", "Đại hội diễn ra [D|2022-03-28/2022-03-30 từ ngày 28 đến 30-3], báo cáo gửi trước [D|2022-03-20 ngày 20/3]."),
    ("2022-07-01", "Trong các [D|2022-06-05 ngày 5], [D|2022-06-06 6] và [D|2022-06-07 7-6], đoàn đi [P huyện Mường Lát]."),
    ("2022-10-03", "Lấy [D|XXXX-11-20 ngày 20-11 hằng năm] làm ngày gặp mặt; kết nạp [D|2022-36 quý IV năm 2022]."),
    ("2023-02-10", "[D|2023-01-24 Mùng 3 Tết], bà con ra đồng; [D|2023-02-05 Rằm tháng Giêng] mở hội."),
    ("2023-01-09", "Đón [D|2023-01-22 Tết Nguyên đán Quý Mão 2023], từ [D|2023-01-14 23 tháng Chạp] chợ đã đông."),
    ("2022-08-19", "[D|2004 Cách đây 18 năm], đường chưa có; những năm qua, xã đã làm 12 km."),
    ("2022-08-19", "Tham gia cách mạng từ [D|193X những năm 30 của thế kỷ trước], đình dựng [D|18XX thế kỷ XIX]."),
    ("2022-08-19", "Khởi công [D|2022-09 tháng 9/2022], hoàn thành [D|2024-01 tháng 01/2024], tầm nhìn đến [D|2045 năm 2045]."),
    ("2022-08-19", "[D|2022-08-19 Sáng nay (19/8)], [P xã Tân Lập] tuyên dương học sinh giỏi [D|2021/2022 năm học 2021-2022]."),
    ("2022-08-19", "Kỷ niệm 75 năm [D|XXXX-07-27 Ngày Thương binh - Liệt sĩ] ([D|1947-07-27/2022-07-27 27/7/1947 - 27/7/2022])."),
    ("2022-08-19", "Lễ bầu cử [D|2021-05-23 Chủ nhật, ngày 23/5/2021] đạt 99%; hoàn thành 12/14 chỉ tiêu."),
    ("2022-08-19", "Phường vận động [D|2021 năm 2021]. [D|2021 Trong năm], 311 hộ hiến đất, cao hơn [D|2020 năm trước]."),
    ("2022-08-19", "Cứ [D|XXXX-XX-05 ngày 5 hằng tháng], chi bộ họp lúc 7 giờ; hằng tuần giao ban."),
]

# Not dates at all.
FALSE_FRIENDS = [
    "Gió mạnh cấp 8-9, giật cấp 11-12, sóng cao 4-6 m.",
    "Đội bản Nà Cại thắng 2-1, bản Phai Làng thua 1/3.",
    "Đại hội hoàn thành 7/12 tiêu chí với 28/30 phiếu, tỷ lệ 2/3 số hộ.",
    "Nhà số 12/5 đường 30-4, cạnh Bệnh viện 19-8 và Quảng trường 2/9.",
    "Theo Quyết định số 12/2022/QĐ-UBND và Nghị quyết số 1374-NQ/HU.",
    "Điện thoại 0912.345.678, biển số 36B1-234.56.",
    "Có năm người bị thương, năm học sinh được tặng xe đạp.",
    "HĐND khóa XV, kỳ họp thứ ba, lần thứ tư.",
    "Thu nhập bình quân 2.021 triệu đồng; mỗi ngày bán 2-3 tạ cá.",
    "Phát động Tết trồng cây; các cụ ăn tết vui vẻ.",
    "Ngày 31/6 và ngày 30-2-2021 không có trong lịch.",
    "Bà Trần Thị Tý, ông Nguyễn Văn Dần, chị Phạm Thu Hạ cùng dự.",
    "Hiện nay, thời gian qua, trong 3 tháng, 24/24 giờ, hằng tháng.",
]

# (published, sentence): what went wrong once.
BUGS_CAUGHT = [
    ("2022-07-01", "Mức tăng [D|2021 năm 2021] thấp hơn trong [D|2022 năm 2022]."),  # "trong năm" cut "năm 2022"
    ("2022-07-01", "Xã xong đường từ [D|2021-09 tháng 9 năm ngoái]."),  # "9 năm ngoái" taken for a count
    ("2022-07-01", "Xảy ra [D|2022-06-25 thứ bảy tuần trước]."),  # "bảy tuần" taken for a count
    ("2022-07-01", "Công trình do [D|2021/2025 5 năm 2021 - 2025] bố trí vốn."),
    ("2017-02-02", "Hẹn [D|2017-04-09 Chủ nhật, ngày 9/4]."),  # the weekday tells the year
    ("2022-07-01", "Ngày giỗ [D|1955-03-23 ngày 30/2/1955 âm lịch]."),  # no solar 30 February
    ("2022-07-01", "Cơn mưa [D|2022-06-29 Đêm 29] [D|2022-06-30 rạng sáng 30-6] gây lũ."),
    ("2021-01-14", "Cháu bé sinh [D|2020-12-22 ngày 22-12], nay đã cứng cáp."),
    ("2022-12-28", "Kế hoạch [D|2023 năm 2023]: [D|2023 Năm 2023], tổ chức phát động [D|2023-03-01 ngày 01/3]."),
    ("2022-05-02", "Bỏ phiếu [D|2021-05-23 từ 7 giờ đến 19 giờ ngày 23-5-2021]."),
    ("2022-07-01", "1.1. Công tác tổ chức\n2.3. Công tác cán bộ"),
    ("2018", "[D|2018-02-02 Ngày 2/2], [P xã Lũng Vân] mở hội. Trước đó, [D|2018-01-30 tối 30/1], mưa to.\nLúc [D|2018-02-02 9h15 cùng ngày], lễ rước bắt đầu."),
]

KNOWN_WRONG = [
    # which of the days before is meant, only the story tells
    ("2022-07-01", "Hội mở [D|2022-06-13 ngày 13] và [D|2022-06-14 14-6]. Mưa từ [D|2022-06-12 đêm hôm trước] không ngăn được khách."),
]


@pytest.mark.parametrize(("published", "sentence"), WRITTEN_BEFORE, ids=lambda value: str(value)[:40])
def test_written_before(published, sentence):
    check(sentence, published)


@pytest.mark.parametrize("sentence", FALSE_FRIENDS, ids=lambda value: value[:40])
def test_false_friends(sentence):
    assert spans(annotated(sentence, "2022-08-19"), "DATE") == []


@pytest.mark.parametrize(("published", "sentence"), BUGS_CAUGHT, ids=lambda value: str(value)[:40])
def test_bugs_caught(published, sentence):
    check(sentence, published)


@pytest.mark.xfail(strict=True, reason="needs the story")
@pytest.mark.parametrize(("published", "sentence"), KNOWN_WRONG, ids=lambda value: str(value)[:40])
def test_known_wrong(published, sentence):
    check(sentence, published)


# --- every form, every day ------------------------------------------------------------------------


def test_every_written_form_comes_back():
    assert date_forms.failures(2000) == []


def test_the_lunar_calendar_agrees_with_a_second_one_every_day():
    """Where the two differ, the new moon fell so close to midnight that the rule of the time decides:
    Peking's own mean time (14 min 20 s before UTC+8) up to 1928, the earth's rotation in 2054."""
    reference = lunar_reference.every_day(1900, 2100)
    assert len(reference) == (date(2101, 1, 1) - date(1900, 1, 1)).days
    differing = sorted(day for day, lunar in reference.items() if calendar.lunar(day) != lunar)
    months = [day for day in differing if day - timedelta(days=1) not in differing]
    assert months == [date(1906, 4, 23), date(1914, 11, 17), date(1916, 2, 3), date(1920, 11, 10), date(2054, 5, 7)]
    for first in months:
        moon, seconds = lunar_reference.moment(lunar_reference._k_before(first) + 1)
        assert moon == first + timedelta(days=1)
        assert seconds < (860 if first.year < 1929 else 30)


@given(st.dates(date(1900, 2, 1), date(2100, 12, 31)))
def test_lunar_and_solar_are_inverse(day):
    year, month, number, leap = calendar.lunar(day)
    assert calendar.solar(year, month, number, leap) == day


@given(st.integers(1900, 2100))
def test_a_year_has_one_name_and_is_found_by_it(year):
    cycle = calendar.cycle_of(year)
    assert calendar.year_named(cycle, year) == year
    stem, branch = cycle % 10, cycle % 12
    assert calendar.stem_branch(stem, branch) == cycle
    assert calendar.stem_branch(stem, (branch + 1) % 12) is None


def test_the_table_is_corrected_where_it_is_a_day_late():
    assert calendar.new_year(1925) == date(1925, 1, 24)
    assert calendar.solar(1924, 12, 30) is None


def test_tet_falls_between_january_and_february():
    assert all((1, 21) <= (calendar.new_year(year).month, calendar.new_year(year).day) <= (2, 21) for year in range(1900, 2101))


def test_the_eve_of_a_short_month_is_called_30_tet():
    reading = annotated("Chiều 30 Tết, đoàn kiểm tra.", "2022-02")
    assert reading.spans("DATE")[0].value["value"] == "2022-01-31"
    assert reading.spans("DATE")[0].value["lunar"] == {"year": 2021, "month": 12, "day": 29, "leap": False, "name": "Tân Sửu"}


# --- values, TIMEX3 -------------------------------------------------------------------------------


PIECES = ["Sáng 9-1", "ngày 5", "và", ",", "tháng 2", "năm nay", "từ", "đến", "Tết", "mùng 3", "2021", "(", ")", "quý II", "cùng ngày", "hôm sau", "6 tháng đầu năm", "30/2", "."]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "\n"]), max_size=14))
def test_any_order_of_words_gives_valid_values(words):
    """Whatever is accepted has a value that EDTF knows, or ?; nothing raises."""
    text = "x " + " ".join(words)
    for published in (None, "2022", "2022-02", "2022-02-15"):
        reading = Reading(Article(text, "law", parse_published(published) if published else None))
        proposed = candidates.propose(reading)
        for candidate in proposed:
            candidate.probability = 0.9
        resolve.accept(reading, proposed, 0.5)
        resolve.resolve(reading)
        for span in reading.spans("DATE"):
            if span.value["value"] != "?":
                parse_edtf(span.value["value"])
            assert span.value["timex"]["type"] in ("DATE", "TIME", "DURATION", "SET")


@settings(deadline=None)
@given(st.text(alphabet="0123456789/-. ngàythángnămquýtừđếnTếtmùng()\n", max_size=80))
def test_any_text_is_read(text):
    reading = Reading(Article("." + text, "law"))
    for candidate in candidates.propose(reading):
        surface = reading.text[candidate.start : candidate.end]
        assert surface and surface == surface.strip()


def test_a_full_date_is_one_whatever_the_classifier_says():
    reading = Reading(Article("Kế hoạch số 12 ngày 22/12/2021 của xã.", "x"))
    proposed = candidates.propose(reading)
    resolve.accept(reading, proposed, 0.5)  # every probability is 0
    assert spans(reading, "DATE") == ["ngày 22/12/2021"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sáng 9-1", {"type": "TIME", "value": "2022-01-09TMO"}),
        ("14 giờ 30 ngày 9/1/2022", {"type": "TIME", "value": "2022-01-09T14:30"}),
        ("7:30 chiều ngày 9/1/2022", {"type": "TIME", "value": "2022-01-09T19:30"}),
        ("cuối năm 2021", {"type": "DATE", "value": "2021", "mod": "END"}),
        ("quý IV năm 2021", {"type": "DATE", "value": "2021-Q4"}),
        ("ngày 19-8 hằng năm", {"type": "SET", "value": "XXXX-08-19", "quant": "EVERY", "freq": "1Y"}),
        ("nhiệm kỳ 2020 - 2025", {"type": "DURATION", "value": "P5Y", "beginPoint": "2020", "endPoint": "2025"}),
        ("giai đoạn 2021 - 2025", {"type": "DURATION", "value": "P5Y", "beginPoint": "2021", "endPoint": "2025"}),
        ("từ ngày 5/1/2022 đến ngày 9/1/2022", {"type": "DURATION", "value": "P5D", "beginPoint": "2022-01-05", "endPoint": "2022-01-09"}),
        ("những năm 90", {"type": "DATE", "value": "199"}),
    ],
)
def test_timex(text, expected):
    reading = annotated(f"Theo tin, {text}, có họp.", "2022-01-12")
    assert [span.value["timex"] for span in reading.spans("DATE")] == [expected]


def test_an_unknown_value_has_a_timex():
    assert timex({"unit": "year", "rel": ("today", 0)}, "?") == {"type": "DATE", "value": "XXXX-XX-XX"}


# --- the article's own day ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Ngày 9/8, xã họp. Cụ thể, ngày 25/4/2019, dân báo cháy.", "2019-08-09"),
        ("Tối 13/4, huyện họp. Trước đó, ngày 2/12/2017, ông Mùa A Tủa xin nghỉ.", "2018-04-13"),
        ("Nhân 92 năm (21/6/1925 - 21/6/2017), chiều 15/6, xã gặp mặt.", "2017-06-15"),
        ("Ngày 15-3, xã gặp mặt. Cầu dự kiến xong trước tháng 12-2019.", "2019-03-15"),
    ],
)
def test_the_year_is_inferred_and_said(text, value):
    reading = annotated(text)
    assert reading.facts["published_inferred"]["value"] == value
    assert reading.facts["published_inferred"]["confidence"] >= 0.7
    assert value in [span.value["value"] for span in reading.spans("DATE")]
    assert record.make(reading)["published_inferred"]["value"] == value


def test_an_old_date_does_not_tell_the_year():
    reading = annotated("Ngày 12-3, toà xử. Đất có giấy ngày 2-6-1996, bán năm 2003.")
    assert reading.spans("DATE")[0].value["value"] == "XXXX-03-12"
    assert reading.facts.get("published_inferred", {"confidence": 0})["confidence"] < 0.7


def test_metadata_is_not_inferred():
    assert "published_inferred" not in annotated("Ngày 9/8, xã họp. Ngày 25/4/2019, dân báo.", "2020").facts


def test_contradictions_are_flagged_and_values_stay_as_written():
    reading = annotated("Thứ Hai, ngày 13/10/2021, đón Tết Nhâm Dần 2021. Ngày 10/01/2021, xã họp.", "2022-01-20")
    values = [(span.value["value"], span.value.get("flags")) for span in reading.spans("DATE")]
    assert values == [("2021-10-13", ["weekday"]), ("2021-02-12", ["cycle"]), ("2021-01-10", ["year"])]


# --- lexicons, export -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["words", "parts_of_day", "relative", "memorial_days", "tense", "contexts"])
def test_lexicons_are_sorted_and_sourced(name):
    table = rows("dates", name, ("form",))
    keys = [fold(row["form"]) for row in table]
    assert keys == sorted(keys)
    assert all(row["source"] in ("own", "inventory") for row in table)


def test_named_days_are_days():
    for row in rows("dates", "memorial_days"):
        if row["calendar"] == "solar":
            assert calendar.is_day(int(row["day"]), int(row["month"]))
        else:
            assert calendar.solar(2023, int(row["month"]), int(row["day"]))
    assert lexicon().named is not None


def test_timeml_is_the_text_with_its_dates():
    text = "Sáng 9-1, <xã> họp & bàn.\r\nTừ ngày 5 đến 7-1 có mưa\x07; nhiệm kỳ 2020 - 2025."
    reading = annotated(text, "2022-01")
    root = ElementTree.fromstring(timeml.render(record.make(reading), text))
    body = root.find("TEXT")
    assert "".join(body.itertext()) == text.replace("\x07", "\ufffd")
    inline = body.findall("TIMEX3")
    assert [(element.text, element.get("value")) for element in inline] == [("Sáng 9-1", "2022-01-09TMO"), ("Từ ngày 5 đến 7-1", "P3D"), ("nhiệm kỳ 2020 - 2025", "P5Y")]
    ends = {element.get("tid"): element.get("value") for element in root.findall("TIMEX3")}
    assert ends[inline[1].get("beginPoint")] == "2022-01-05"
    assert ends[inline[2].get("endPoint")] == "2025"
    assert root.find("DCT/TIMEX3").get("value") == "2022-01"
