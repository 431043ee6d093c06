"""Readers of outside data, ablation, baselines and the command itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bantin import classify, training
from bantin.errors import BantinError
from bantin.gold import to_record
from bantin.markup import parse
from bantin_eval import ablation, baselines, outside, systems
from bantin_eval.cli import FORMATS
from bantin_eval.validate import check


def spans(record: dict) -> list[tuple[str, str]]:
    assert list(check("record", record, record["text"])) == []
    return [(span["label"], span["surface"]) for span in record["spans"]]


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def test_every_format_of_the_command_has_a_reader_and_a_statement() -> None:
    assert set(FORMATS) == {"bantin", *outside.FORMATS} == {"bantin", *outside._READERS}
    assert all(chosen.says for chosen in outside.FORMATS.values())


def test_vlsp_nested_tags(tmp_path: Path) -> None:
    written(tmp_path, "a/1.muc", 'Anh <ENAMEX TYPE="PERSON">Thanh </ENAMEX>ở <ENAMEX TYPE="ORGANIZATION">UBND <ENAMEX TYPE="LOCATION">thành phố Hà Nội</ENAMEX></ENAMEX>.\r\nHết.')
    made = outside.read(tmp_path, "vlsp2018")
    assert made.labels == ("OFFICIAL", "PLACE")
    assert made.records[0]["id"] == "a/1" and made.records[0]["text"] == "Anh Thanh ở UBND thành phố Hà Nội.\r\nHết."
    assert spans(made.records[0]) == [("OFFICIAL", "Thanh"), ("PLACE", "thành phố Hà Nội")]
    assert any("ORGANIZATION (1)" in note for note in made.notes)


def test_vlsp_2021_subtypes(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "1.muc",
        '<ENAMEX TYPE="PERSONTYPE">Chủ tịch</ENAMEX> <ENAMEX TYPE="PERSON">Lê Ân</ENAMEX>, <ENAMEX TYPE="DATETIME-DATE">9/6</ENAMEX>, <ENAMEX TYPE="DATETIME-DURATION">ba ngày</ENAMEX>, '
        '<ENAMEX TYPE="LOCATION-GPE"><ENAMEX TYPE="LOCATION-GPE">Hà Nội</ENAMEX>, Việt Nam</ENAMEX>',
    )
    made = outside.read(path, "vlsp2021")
    assert spans(made.records[0]) == [("TITLE", "Chủ tịch"), ("OFFICIAL", "Lê Ân"), ("DATE", "9/6"), ("PLACE", "Hà Nội, Việt Nam")]
    assert any("1 spans inside another" in note for note in made.notes) and any("DATETIME-DURATION (1)" in note for note in made.notes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a\n<ENAMEX TYPE="PERSON">Lê Ân', "line 2: ENAMEX is never closed"),
        ("a</ENAMEX>", "line 1: </ENAMEX> closes nothing"),
        ("<ENAMEX>a</ENAMEX>", "line 1: ENAMEX without TYPE"),
    ],
)
def test_broken_tags_are_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(BantinError, match=message):
        outside.read(written(tmp_path, "1.muc", content), "vlsp2018")


def test_vlsp_2016_columns_with_a_nested_layer(tmp_path: Path) -> None:
    rows = "<pSent>\nUBND\tN\tB-NP\tB-ORG\tO\nthành_phố\tN\tI-NP\tI-ORG\tB-LOC\nHà_Nội\tNp\tI-NP\tI-ORG\tI-LOC\n</pSent>\n\nThanh\tNp\tB-NP\tB-PER\tO\n"
    made = outside.read(written(tmp_path, "x.txt", rows), "vlsp2016").records
    assert [record["text"] for record in made] == ["UBND thành phố Hà Nội", "Thanh"]
    assert spans(made[0]) == [("PLACE", "thành phố Hà Nội")] and spans(made[1]) == [("OFFICIAL", "Thanh")]


def test_phoner(tmp_path: Path) -> None:
    rows = "Bệnh_nhân O\n523 B-PATIENT_ID\nở O\nHuế B-LOCATION\n\nNgày O\n5-8 B-DATE\n, O\nông O\nAn B-NAME\n"
    made = outside.read(written(tmp_path, "test_word.conll", rows), "phoner")
    assert [spans(record) for record in made.records] == [[("PLACE", "Huế")], [("DATE", "5-8"), ("OFFICIAL", "An")]]
    assert [record["id"] for record in made.records] == ["test_word#1", "test_word#2"]


def test_conll_documents_touching_spans_and_our_labels(tmp_path: Path) -> None:
    rows = "-DOCSTART- O\n\nNam B-PLACE\nHà I-PLACE\nBắc B-PLACE\n\nBí_thư B-TITLE\n\n-DOCSTART- O\n\nÂn I-OFFICIAL\n"
    made = outside.read(written(tmp_path, "x.conll", rows), "conll")
    assert [record["text"] for record in made.records] == ["Nam Hà Bắc\nBí thư", "Ân"]
    assert [spans(record) for record in made.records] == [[("PLACE", "Nam Hà"), ("PLACE", "Bắc"), ("TITLE", "Bí thư")], [("OFFICIAL", "Ân")]]
    assert made.labels == ("OFFICIAL", "TITLE", "PLACE")


def test_conll_errors_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(BantinError, match="line 2: 'PER' is no IOB2 tag"):
        outside.read(written(tmp_path, "x.conll", "a O\nb PER\n"), "conll")
    with pytest.raises(BantinError, match="line 1: a token and a tag"):
        outside.read(written(tmp_path, "y.conll", "alone\n"), "conll")


def test_brat(tmp_path: Path) -> None:
    written(tmp_path, "sub/x.txt", "Ông Lê Ân,\r\nBí thư xã 😀 Hà.")
    ann = "T1\tOFFICIAL 4 9\tLê Ân\nT2\tTITLE 12 21\tBí thư xã\nT3\tPLACE 24 26\tHà\nR1\tholds Arg1:T1 Arg2:T2\t\n#1\tAnnotatorNotes T1\tx\n"
    written(tmp_path, "sub/x.ann", ann)
    made = outside.read(tmp_path, "brat").records[0]
    assert spans(made) == [("OFFICIAL", "Lê Ân"), ("TITLE", "Bí thư xã"), ("PLACE", "Hà")]
    assert made["relations"] == [{"type": "holds", "official": "e1", "title": "e2"}]
    for bad, message in (("T1\tOFFICIAL 0 3\tLê Ân\n", "line 1: 'Lê Ân' is not what"), ("T1\tOFFICIAL 4 6;7 9\tLê Ân\n", "one contiguous span")):
        written(tmp_path, "sub/x.ann", bad)
        with pytest.raises(BantinError, match=message):
            outside.read(tmp_path, "brat")


def test_label_studio_counts_utf16_or_code_points(tmp_path: Path) -> None:
    text = "😀 Lê Ân, Bí thư"
    for shift in (0, 1):
        result = [
            {"id": "a", "type": "labels", "value": {"start": 2 + shift, "end": 7 + shift, "text": "Lê Ân", "labels": ["OFFICIAL"]}},
            {"id": "b", "type": "labels", "value": {"start": 9 + shift, "end": 15 + shift, "text": "Bí thư", "labels": ["TITLE"]}},
            {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["holds"]},
        ]
        path = written(tmp_path, "x.json", json.dumps([{"id": 7, "data": {"text": text}, "annotations": [{"result": result}]}]))
        made = outside.read(path, "labelstudio").records[0]
        assert spans(made) == [("OFFICIAL", "Lê Ân"), ("TITLE", "Bí thư")] and made["id"] == "7"
        assert made["relations"] == [{"type": "holds", "official": "e1", "title": "e2"}]
    result[0]["value"]["start"] = 0
    with pytest.raises(BantinError, match="task 1: 'Lê Ân' is not what the text has"):
        outside.read(written(tmp_path, "x.json", json.dumps([{"data": {"text": text}, "annotations": [{"result": result}]}])), "labelstudio")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    for format in outside.FORMATS:
        with pytest.raises(BantinError):
            outside.read(tmp_path, format)


# ---- systems beside ours

TEXT = """[O1 Lê Văn Ân], [T1 Chủ tịch UBND [P xã Hoà Sơn]], trao [A1|true Giấy khen] cho [X1 12 hộ dân] [D|2021-06-09 sáng 9-6-2021].
Ông [O2 Trần Thị Bình] ở [P tỉnh Nghệ An].
"""


def article(identity: str = "d1") -> dict:
    return to_record(identity, {"published": "2021-06-09"}, parse(TEXT, "holds O1 T1\naward A1 presenters=O1 recipients=X1"))


def test_longest_accepts_the_longest_and_never_two_that_overlap() -> None:
    from bantin.reading import Candidate

    made = [Candidate("PLACE", 0, 5, "a"), Candidate("PLACE", 3, 9, "b"), Candidate("PLACE", 9, 12, "c"), Candidate("TITLE", 0, 2, "d"), Candidate("holds", 0, 2, "e")]
    ablation.Longest().score("any", made)
    assert [candidate.probability > 0.5 for candidate in made] == [False, True, True, True, True]


def test_ablation_has_a_line_for_each_system(tmp_path: Path) -> None:
    train = [article(f"t{number}") for number in range(4)]
    training.write(tmp_path, train)
    lines = ablation.run([article()], train, ("OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD"), classify.load(tmp_path))
    names = [line["name"] for line in lines]
    assert names == ["both", "rules alone", "classifier alone", "gold proposals", "without dates", "without places", "without officials", "without awards"]
    by_name = {line["name"]: line for line in lines}
    assert "DATE" not in by_name["without dates"]["labels"] and "PLACE" in by_name["without dates"]["labels"]
    assert by_name["classifier alone"]["exact"] == 1  # it has seen this very article
    assert by_name["gold proposals"]["exact"] >= by_name["both"]["exact"]


def test_without_training_articles_the_classifier_alone_says_so(tmp_path: Path) -> None:
    training.write(tmp_path, [article()])
    line = ablation.run([article()], None, ("PLACE",), classify.load(tmp_path))[2]
    assert line["exact"] is None and "--train" in line["note"]


def test_baselines_find_the_obvious() -> None:
    gold = article()
    lines = {line["name"]: line for line in baselines.run([gold], [gold], ("OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD"))}
    assert lines["bantin"]["exact"] == 1
    assert lines["surname + gazetteer"]["labels"]["OFFICIAL"] == 1 and lines["surname + gazetteer"]["labels"]["PLACE"] == 1
    assert set(lines["underthesea ner"]["labels"]) == {"OFFICIAL", "PLACE"}
    assert "dateparser" in lines


def test_a_record_of_plain_spans_keeps_the_longest() -> None:
    made = systems.record({"id": "x", "text": "abcdef"}, [("PLACE", 0, 2), ("PLACE", 1, 5), ("DATE", 0, 2)])
    assert [(span["label"], span["surface"]) for span in made["spans"]] == [("DATE", "ab"), ("PLACE", "bcde")]


# ---- the command


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bantin.cli", "eval", *arguments], capture_output=True, text=True, cwd=folder, check=False)


def jsonl(path: Path, records: list[dict]) -> str:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return str(path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    return tmp_path


def test_command_scores_a_file_and_repeats_itself(here: Path) -> None:
    gold = jsonl(here / "gold.jsonl", [article("a"), article("b")])
    runs = [command("--gold", gold, "--pred", gold, "--json", "-", "--resamples", "50", "--seed", "3", folder=here) for _ in range(2)]
    assert runs[0].returncode == 0 and runs[0].stderr == "" and runs[0].stdout == runs[1].stdout
    made = json.loads(runs[0].stdout)
    assert made["scores"]["spans/exact/micro"]["f"] == 1 and made["about"]["seed"] == 3
    assert made["about"]["gold"]["sha256"] == made["about"]["pred"]["sha256"] and "--seed 3" in made["about"]["command"]
    table = command("--gold", gold, "--pred", gold, "--report", "page.html", folder=here)
    assert table.returncode == 0 and "micro" in table.stdout and (here / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_command_names_every_problem_and_scores_nothing(here: Path) -> None:
    bad = article("a")
    bad["spans"][0]["surface"] = "?"
    bad["spans"][1]["label"] = "?"
    made = command("--gold", jsonl(here / "gold.jsonl", [article("a")]), "--pred", jsonl(here / "pred.jsonl", [bad]), folder=here)
    assert made.returncode == 1 and made.stdout == ""
    assert "is not the slice" in made.stderr and "unknown label" in made.stderr and "Traceback" not in made.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--gold", "missing.jsonl"], 1),
        ([], 2),
        (["--gold", "x", "--from", "word"], 2),
        (["--gold", "x", "--pred", "y", "--compare", "a", "b"], 2),
        (["--agreement", "a", "b", "--gold", "x"], 2),
        (["--nonsense"], 2),
    ],
)
def test_command_errors_are_one_line_with_their_code(here: Path, arguments: list[str], code: int) -> None:
    made = command(*arguments, folder=here)
    assert made.returncode == code and made.stdout == "" and "Traceback" not in made.stderr
    if "--nonsense" not in arguments:
        assert made.stderr.count("\n") == 1


def test_command_compares_agrees_and_reads_outside_data(here: Path) -> None:
    gold = jsonl(here / "gold.jsonl", [article("a"), article("b")])
    worse = [article("a"), article("b")]
    for record in worse:
        record["spans"] = [span for span in record["spans"] if span["label"] == "PLACE"]
        record["relations"] = []
    pred = jsonl(here / "pred.jsonl", worse)
    made = json.loads(command("--gold", gold, "--compare", pred, gold, "--json", "-", "--resamples", "20", folder=here).stdout)["comparison"]
    assert made["measures"]["spans/exact/OFFICIAL"]["difference"] == 1 and made["lost"] == 0 < made["gained"]
    made = json.loads(command("--agreement", gold, pred, "--json", "-", "--resamples", "20", folder=here).stdout)
    assert made["agreement"]["PLACE"]["kappa"] == 1 and made["agreement"]["TITLE"]["kappa"] == 0
    (here / "d").mkdir()
    (here / "d" / "1.muc").write_text('Ở <ENAMEX TYPE="LOCATION">Hà Nội</ENAMEX>.', encoding="utf-8")
    (here / "p.jsonl").write_text(json.dumps({"id": "1", "spans": [{"id": "e1", "start": 2, "end": 8, "label": "PLACE", "surface": "Hà Nội"}], "relations": []}) + "\n", encoding="utf-8")
    made = json.loads(command("--gold", "d", "--from", "vlsp2018", "--pred", "p.jsonl", "--json", "-", folder=here).stdout)
    assert made["scores"]["spans/exact/PLACE"]["f"] == 1 and "spans/exact/DATE" not in made["scores"] and len(made["notes"]) > 2
