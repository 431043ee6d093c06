"""Awards: names, realis, who gives what to whom, the law of the day, events, and the table of a dump.

Sentences are of our own invention (invented people, real geography) in the corpus's notation.
Cohorts: written before the room's last form; bugs caught; known wrong (strict xfail); laws.
"""

import csv
import io
import json
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from bantin import record
from bantin.article import Published
from bantin.awards import events, lexicons, register
from bantin.errors import BantinError
from bantin.lexicon import rows
from bantin.text.fold import fold
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked import annotated, expect


def made(sentence: str, published: str | None = None) -> dict:
    return record.make(annotated(sentence, published))


def given_in(sentence: str, published: str | None = None) -> list[dict]:
    """The events of a sentence: award, issuer, presenters, recipients as they are written, and realis."""
    out = []
    for event in made(sentence, published)["awards"]:
        names = event["names"]
        out.append({"award": names["award"], "issuer": names.get("issuer"), "presenters": names.get("presenters", []), "recipients": names.get("recipients", []), "realis": event["realis"]})
    return out


def one(sentence: str) -> dict:
    found = given_in(sentence)
    assert len(found) == 1, found
    return found[0]


# --- names ------------------------------------------------------------------------------------------

NAMES = [
    "Bà Lành được tặng [A|true Giấy khen].",
    "Trường đón nhận [A|true Huân chương Lao động hạng Nhất] lần thứ hai.",
    "Xã Tân Thanh đón nhận [A|true Bằng công nhận xã đạt chuẩn nông thôn mới].",
    "Ông Phan Văn Út được Thủ tướng Chính phủ tặng [A|true Bằng khen].",
    "Chủ tịch UBND huyện công nhận 7 thôn đạt [A|true danh hiệu “Thôn không rác”].",
    "Đồng chí Lê Văn Nam trao [A|true Huy hiệu 30 năm tuổi Đảng] cho đảng viên Vũ Thị Nga.",
    "Bà Vũ Thị Nga được tặng [A|true Kỷ niệm chương “Vì sự nghiệp Khuyến học”].",
    "Em Lò Thị Mai đoạt [A|true giải Nhì] môn Ngữ văn.",
    "Đoàn đến thăm, tặng quà và trao 20 suất học bổng cho học sinh nghèo xã Hưng Lễ.",
    "Các đồng chí tặng hoa chúc mừng đại hội.",
    "Cán bộ tư pháp trao giấy khai sinh cho người dân.",
    "Phong trào “Toàn dân đoàn kết xây dựng đời sống văn hóa” lan rộng.",
    "Chi bộ có 95% đảng viên được xếp loại “Hoàn thành tốt nhiệm vụ”.",
    "NSND Trần Thị Hoa biểu diễn tại xã Hưng Lễ.",
    "Đoàn thăm Mẹ Việt Nam anh hùng Nguyễn Thị Sáu.",
]


@pytest.mark.parametrize("sentence", NAMES)
def test_what_is_an_award(sentence):
    expect(sentence, "AWARD")


BUGS = [
    # "Huân" as a name, "huy hiệu" in a name
    "Anh Hoàng Văn Huân được bà con khen ngợi.",
    # two awards over a comma
    "Ông được tặng nhiều [A|true huân], [A|true huy chương].",
    # each number of a row of badges
    "Đảng ủy trao [A|true Huy hiệu 60], [A|true 50], [A|true 40 năm tuổi Đảng] cho 9 đảng viên.",
    # the issuer stands outside the name
    "Xã được tặng [A|true Cờ thi đua] của Chính phủ.",
    # a prize without its rank
    "Trường có 52 em đạt giải.",
]


@pytest.mark.parametrize("sentence", BUGS)
def test_names_bugs_caught(sentence):
    expect(sentence, "AWARD")


# --- who gives what to whom ---------------------------------------------------------------------------


def test_one_who_hands_over_leaves_the_issuer_open():
    found = one("Bí thư Huyện ủy Lò Văn Thịnh trao Giấy khen cho 12 tập thể và 30 cá nhân.")
    assert found == {"award": "Giấy khen", "issuer": None, "presenters": ["Lò Văn Thịnh"], "recipients": ["12 tập thể", "30 cá nhân"], "realis": True}


def test_of_names_the_issuer():
    found = one("Bí thư Huyện ủy Lò Văn Thịnh trao Giấy khen của Chủ tịch UBND huyện cho 12 tập thể và 30 cá nhân.")
    assert found["issuer"] == "Chủ tịch UBND huyện" and found["presenters"] == ["Lò Văn Thịnh"]


def test_by_authority_of():
    found = one("Thừa ủy quyền của Chủ tịch nước, ông Đặng Văn Phú, Chủ tịch UBND tỉnh Yên Bái trao Huân chương Lao động hạng Ba cho Trường THPT Mù Cang Chải.")
    assert found["issuer"] == "Chủ tịch nước" and found["presenters"] == ["Đặng Văn Phú"] and found["recipients"] == ["Trường THPT Mù Cang Chải"]


def test_the_passive():
    found = one("Bà Nguyễn Thị Lành được Chủ tịch UBND tỉnh Bến Tre tặng Bằng khen.")
    assert found["issuer"] == "Chủ tịch UBND tỉnh Bến Tre" and found["recipients"] == ["Nguyễn Thị Lành"]


def test_two_givings_in_one_sentence():
    first, second = given_in("UBND huyện Giồng Trôm tặng Giấy khen cho 5 tập thể; Chủ tịch UBND tỉnh Bến Tre tặng Bằng khen cho ông Phan Văn Út.")
    assert (first["issuer"], first["recipients"]) == ("UBND huyện Giồng Trôm", ["5 tập thể"])
    assert (second["issuer"], second["recipients"]) == ("Chủ tịch UBND tỉnh Bến Tre", ["Phan Văn Út"])


def test_awards_of_one_verb_share_their_parts():
    first, second = given_in("Đồng chí Lê Văn Nam, Bí thư Đảng ủy xã trao Huy hiệu 60, 50 năm tuổi Đảng cho 4 đảng viên.")
    assert first["presenters"] == second["presenters"] == ["Lê Văn Nam"]
    assert first["recipients"] == second["recipients"] == ["4 đảng viên"]


def test_the_subject_serves_the_second_verb_too():
    first, second = given_in("Ông Đặng Văn Phú, Chủ tịch UBND tỉnh, trao Cờ thi đua cho xã Bình Hòa và trao Giấy khen cho 3 cá nhân.")
    assert first["presenters"] == second["presenters"] == ["Đặng Văn Phú"]
    assert first["recipients"] == ["xã Bình Hòa"] and second["recipients"] == ["3 cá nhân"]


def test_kin_are_a_group():
    assert one("Vợ chồng ông Lê Văn Tám được UBND xã tặng Giấy khen.")["recipients"] == ["Vợ chồng ông Lê Văn Tám"]


def test_one_count_for_several_nouns():
    assert one("Chủ tịch UBND huyện tặng Giấy khen cho 27 thôn, bản và 9 cá nhân.")["recipients"] == ["27 thôn, bản", "9 cá nhân"]


def test_recipients_point_to_places_and_officials():
    found = made("Xã Tân Thanh được Chủ tịch UBND tỉnh Tiền Giang tặng Bằng khen.")
    labels = {span["id"]: span["label"] for span in found["spans"]}
    assert [labels[part] for part in found["awards"][0]["recipients"]] == ["PLACE"]
    assert labels[found["awards"][0]["issuer"]] == "TITLE"


# --- realis -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "realis"),
    [
        ("Xã đã được công nhận đạt chuẩn nông thôn mới.", True),
        ("Năm tới, xã phấn đấu đạt chuẩn nông thôn mới nâng cao.", False),
        ("UBND xã đề nghị Chủ tịch UBND tỉnh tặng Bằng khen cho ông Phan Văn Út.", False),
        ("UBND tỉnh thu hồi Bằng khen đã tặng ông Trần Văn Bảy.", False),
        ("Toàn huyện có 93,4% số hộ đạt danh hiệu “Gia đình văn hóa”.", True),
    ],
)
def test_realis(sentence, realis):
    assert one(sentence)["realis"] is realis


# --- kinds, ranks, the law of the day -----------------------------------------------------------------


def test_kind_rank_and_law():
    (event,) = made("Trường được Chủ tịch nước tặng Huân chương Lao động hạng Ba.", "2024-05-10")["awards"]
    assert (event["kind"], event["rank"], event["class"], event["law"], event["level"]) == ("order", "ba", "huân chương", "06/2022/QH15", "state")


def test_years_of_a_badge():
    (event,) = made("Đảng ủy xã trao Huy hiệu 60 năm tuổi Đảng cho bà Vũ Thị Nga.")["awards"]
    assert event["kind"] == "party badge" and event["years"] == 60


@pytest.mark.parametrize(
    ("day", "law"),
    [
        (Published(2003, 12, 1), None),
        (Published(2004, 6, 30), None),
        (Published(2004, 7, 1), "15/2003/QH11"),
        (Published(2014, 5, 31), "15/2003/QH11"),
        (Published(2014, 6, 1), "39/2013/QH13"),
        (Published(2023, 12, 31), "39/2013/QH13"),
        (Published(2024, 1, 1), "06/2022/QH15"),
        (Published(2024), "06/2022/QH15"),
        (None, None),
    ],
)
def test_the_law_in_force(day, law):
    act = events.act_of(day)
    assert (act["number"] if act else None) == law


@pytest.mark.parametrize(
    ("issuer", "level"),
    [
        ("Thủ tướng Chính phủ", "state"),
        ("Bộ trưởng Bộ Y tế", "ministry"),
        ("Chủ tịch UBND tỉnh Bến Tre", "province"),
        ("Chủ tịch UBND TP Thanh Hóa", "city"),
        ("UBND huyện Giồng Trôm", "district"),
        ("Đảng ủy xã", "commune"),
        ("Công ty Hoa Mai", None),
    ],
)
def test_level_of_an_issuer(issuer, level):
    assert events.level_of(issuer) == level


# --- events -------------------------------------------------------------------------------------------


def test_a_caption_that_repeats_is_merged():
    text = (
        "Huyện Yên Minh trao thưởng\n\nSáng 12-3-2024, ông Đặng Văn Phú, Chủ tịch UBND huyện Yên Minh trao Giấy khen của UBND huyện cho anh Lò Văn Tú.\n\n"
        "Ông Đặng Văn Phú trao Giấy khen cho anh Lò Văn Tú.\n\nCâu chuyện của anh được nhiều người biết đến từ lâu."
    )
    found = made(text)
    (event,) = found["awards"]
    assert len(event["mentions"]) == 2 and event["names"]["issuer"] == "UBND huyện" and event["names"]["date"] == "2024-03-12"
    assert len([relation for relation in found["relations"] if relation["type"] == "award"]) == 2


def test_different_recipients_are_different_events():
    assert len(given_in("UBND huyện tặng Giấy khen cho 5 tập thể. UBND huyện tặng Giấy khen cho bà Lò Thị Mai.")) == 2


# --- the table of a dump ------------------------------------------------------------------------------


def dump(tmp_path, *texts):
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(made(text, "2024-05-10"), ensure_ascii=False) + "\n" for text in texts), encoding="utf-8")
    return path


def test_the_table_has_a_row_for_each_recipient(tmp_path):
    path = dump(tmp_path, "Chủ tịch UBND huyện tặng Giấy khen cho 12 tập thể và 30 cá nhân.")
    found = list(register.table(register.read([path])))
    assert [(row["recipient"], row["count"], row["issuer"], row["date"], row["article"]) for row in found] == [
        ("12 tập thể", 12, "Chủ tịch UBND huyện", "2024-05-10", "test"),
        ("30 cá nhân", 30, "Chủ tịch UBND huyện", "2024-05-10", "test"),
    ]
    assert register.counts(found) == [{"year": "2024", "kind": "certificate", "issuer": "Chủ tịch UBND huyện", "events": 1, "recipients": 42}]


def test_given_leaves_out_what_was_only_aimed_at(tmp_path):
    path = dump(tmp_path, "UBND xã đề nghị Chủ tịch UBND tỉnh tặng Bằng khen cho ông Phan Văn Út.")
    assert list(register.table(register.read([path]))) and not list(register.table(register.read([path]), given=True))


@pytest.mark.parametrize(
    ("recipient", "number"),
    [
        ("34 cá nhân", 34),
        ("1.380 cá nhân", 1380),
        ("hai sinh viên", 2),
        ("158/311 thôn", 158),
        ("95% hộ", None),
        ("93,4% số hộ", None),
        ("các tập thể", None),
        ("Lò Thị Mai", 1),
        ("ít nhất 2 tập thể", 2),
    ],
)
def test_count_of_a_recipient(recipient, number):
    assert register.count_of(recipient) == number


def test_csv_has_no_formula_cell():
    row = dict.fromkeys(register.COLUMNS) | {"award": "=HYPERLINK(1)", "recipient": "@x", "issuer": "-1+2", "place": "+3", "realis": True}
    cells = list(csv.reader(io.StringIO("".join(register.as_csv([row], register.COLUMNS)))))
    assert cells[0] == list(register.COLUMNS)
    assert not any(cell[:1] in tuple("=+-@\t\r") for cell in cells[1] if cell)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "line 1: not JSON"), ('{"id": "a"}', "line 1: no record"), ('{"id": "a", "awards": [{"award": "e1"}]}', "annotate again")],
)
def test_what_is_no_record_is_an_error(tmp_path, content, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(content + "\n", encoding="utf-8")
    with pytest.raises(BantinError, match=message):
        list(register.read([path]))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(BantinError, match="nothing"):
        list(register.read([tmp_path / "nothing.jsonl"]))


@pytest.mark.parametrize("format", ["text", "csv", "jsonl"])
@pytest.mark.parametrize("count", [[], ["--count"]])
def test_the_command(tmp_path, format, count):
    path = dump(tmp_path, "Chủ tịch UBND huyện tặng Giấy khen cho 12 tập thể và 30 cá nhân.")
    done = subprocess.run([sys.executable, "-m", "bantin.cli", "awards", str(path), "--format", format, *count], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "Chủ tịch UBND huyện" in " ".join(done.stdout.split())


# --- known wrong --------------------------------------------------------------------------------------


@pytest.mark.xfail(strict=True, reason="a body after 'Lãnh đạo' is not yet seen as issuer with the verb trao")
def test_a_leading_body_is_the_issuer():
    assert one("Lãnh đạo UBND phường trao Giấy khen cho 10 hộ gia đình.")["issuer"] == "UBND phường"


@pytest.mark.xfail(strict=True, reason="the subject of an obituary stands sentences before its awards")
def test_an_obituary():
    text = "Tin buồn\n\nĐồng chí Đại tá Phan Văn Út, sinh năm 1930, nguyên Bí thư Huyện ủy Giồng Trôm.\n\nĐã được tặng thưởng: Huân chương Độc lập hạng Ba.\n\nLễ truy điệu lúc 8 giờ."
    assert {name for found in given_in(text) for name in found["recipients"]} == {"Phan Văn Út"}


# --- laws ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["awards", "cues", "groups", "issuers", "stops", "limits", "campaigns", "laws", "acts", "levels", "numerals"])
def test_lexicons_are_sorted_and_unique(name):
    first = next(iter(rows("awards", name)[0]))
    forms = [fold(row[first]) for row in rows("awards", name)]
    assert len(forms) == len(set(forms))
    if name != "acts":
        assert forms == sorted(forms)


def test_kinds_of_cues_are_known():
    kinds = {row["kind"] for row in rows("awards", "cues", ("form", "kind"))}
    assert kinds <= lexicons.STRUCTURE | {"confer award", "announce", "aim", "done"}


PIECES = [
    "tặng",
    "trao",
    "Giấy khen",
    "Bằng khen",
    "“Phường kiểu mẫu”",
    "danh hiệu",
    "cho",
    "của",
    "được",
    "và",
    ",",
    ";",
    ":",
    "(",
    ")",
    "12",
    "cá nhân",
    "Chủ tịch UBND huyện",
    "ông Lò Văn Tú",
    "xã Tân Thanh",
    "\n",
    "“",
    "”",
    "Huy hiệu 60",
    "năm tuổi Đảng",
    "huân",
    "đạt chuẩn",
    "1.",
    "%",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40))
def test_any_order_of_words_gives_a_sound_record(pieces):
    text = "Tin " + " ".join(pieces)
    found = made(text)
    ids = {span["id"]: span for span in found["spans"]}
    awards = sorted((span["start"], span["end"]) for span in found["spans"] if span["label"] == "AWARD")
    assert all(a[1] <= b[0] for a, b in pairwise(awards))
    for relation in found["relations"]:
        if relation["type"] == "award":
            assert ids[relation["award"]]["label"] == "AWARD"
            for part in relation.get("recipients", []):
                start, end = (ids[part]["start"], ids[part]["end"]) if isinstance(part, str) else part
                assert 0 <= start < end <= len(text)
            assert all(ids[part]["label"] == "OFFICIAL" for part in relation.get("presenters", []))
    for event in found["awards"]:
        assert event["names"]["award"] and {"kind", "realis"} <= set(event)


def test_time_grows_with_length():
    def seconds(times: int) -> float:
        text = "Tin\n\n" + "Chủ tịch UBND huyện tặng Giấy khen cho 12 tập thể, 30 cá nhân và ông Lò Văn Tú. " * times
        start = time.process_time()
        made(text)
        return time.process_time() - start

    seconds(5)
    assert seconds(160) < 8 * 4 * max(seconds(40), 0.05) / 4
