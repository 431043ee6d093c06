"""The corpus and its check: the kept files pass, and each kind of deliberate damage is named with file and line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bantin.errors import BantinError
from bantin_eval import corpus, coverage, distance, learning_curve, settle
from bantin_eval import load as load_sets
from bantin_eval.check import Finding, check_article, load
from bantin_eval.likely import Surfaces, hunt

ROOT = Path(__file__).parent.parent / "corpus"

SOUND = """published: 2021-06-10
genre: award ceremony
province: Hoà Bình
--- text
[P Xã Yên Mông] khen người tốt

[D|2021-06-09 Sáng 9-6], đồng chí [O1 Bùi Văn Rịn], [T1 Chủ tịch UBND [P xã Yên Mông]], trao [A1|true Giấy khen] cho [X1 12 hộ dân] ở [P xóm Bún] vì [X2 có thành tích phòng, chống thiên tai].
Ông [O Rịn] nói [D|2021 năm 2021] xã không còn hộ đói.
--- relations
holds O1 T1
award A1 presenters=O1 recipients=X1 reason=X2
"""


@pytest.fixture(scope="module")
def surfaces() -> Surfaces:
    return Surfaces(ROOT / "surfaces.tsv")


def findings(tmp_path: Path, content: str, surfaces: Surfaces) -> list[Finding]:
    path = tmp_path / "train" / "x.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    article = load(path, tmp_path)
    return [article] if isinstance(article, Finding) else [*check_article(article), *hunt(article, surfaces)]


def test_the_sound_article_has_no_finding(tmp_path, surfaces):
    assert findings(tmp_path, SOUND, surfaces) == []


DAMAGE = [
    # (what is replaced, by what, rule, line of the file, part of the reason)
    ("[O1 Bùi Văn Rịn]", "[O1 Bùi Văn Rịn", "format", 7, "never closed"),
    ("[D|2021-06-09 Sáng 9-6]", "[D Sáng 9-6]", "format", 7, "needs its EDTF value"),
    ("[A1|true Giấy khen]", "[A1|yes Giấy khen]", "format", 7, "needs its realis"),
    ("holds O1 T1", "holds O1 T7", "format", 10, "T7"),
    ("holds O1 T1", "holds T1 O1", "format", 10, "was expected"),
    ("presenters=O1", "presenters=X1", "format", 11, "presenters are OFFICIALs"),
    ("award A1", "awarded A1", "format", 11, "unknown relation"),
    ("genre: award ceremony", "gender: award ceremony", "format", 0, "unknown header line"),
    ("genre: award ceremony\n", "", "header", 1, "no genre"),
    ("published: 2021-06-10", "published: 2021-06-31", "header", 1, "no day, month or year"),
    ("--- text\n", "--- text\n date 2021-07 ", "header", 1, "begins with ' date 2021-07'"),
    ("đồng chí [O1 Bùi Văn Rịn]", "[O1 đồng chí Bùi Văn Rịn ]", "edges", 7, "ends with a space"),
    ("[O1 Bùi Văn Rịn],", "[O1 Bùi Văn Rịn,]", "edges", 7, "ends with ','"),
    ("[O Rịn]", "[O Rị]n", "edges", 8, "ends inside a word"),
    ("[O1 Bùi Văn Rịn]", "[O1 Bùi [O Văn] Rịn]", "nesting", 7, "OFFICIAL and OFFICIAL may not overlap"),
    ("[T1 Chủ tịch UBND [P xã Yên Mông]]", "[P [T1 Chủ tịch UBND xã Yên Mông]]", "nesting", 7, "may not overlap"),
    ("[D|2021 năm 2021]", "[D|2021 năm [P 2021]]", "nesting", 8, "DATE and PLACE may not overlap"),
    ("[D|2021-06-09", "[D|2021-6-9", "value", 7, "is no EDTF"),
    ("[D|2021-06-09", "[D|2021-06-10", "value", 7, "the surface says day 9, month 6"),
    ("[D|2021 năm 2021]", "[D|2020 năm 2021]", "value", 8, "the surface says 2021"),
    ("Sáng 9-6]", "Sáng thứ Hai, 9-6]", "value", 7, "2021-06-09 is no thứ hai"),
    ("[D|2021 năm 2021]", "[D|2025/2020 nhiệm kỳ 2020 - 2025]", "value", 8, "ends before it begins"),
    ("[D|2021 năm 2021]", "[D|2021-35 quý IV năm 2021]", "value", 8, "quarter IV"),
    ("holds O1 T1", "holds O1 T1\nholds O1 T1", "relation", 11, "stands twice"),
    ("holds O1 T1", "holds O1 T1\nappointed O1 T1", "relation", 11, "related twice"),
    ("award A1 presenters=O1 recipients=X1 reason=X2\n", "", "relation", 7, "an AWARD without its line"),
    (" reason=X2", "", "relation", 7, "X2 is the argument of no relation"),
    ("recipients=X1", "recipients=A1", "relation", 11, "recipients=A1"),
    # Likely misses: a label that was forgotten.
    ("[O1 Bùi Văn Rịn], [T1 Chủ tịch UBND [P xã Yên Mông]]", "Bùi Văn Rịn, [T1 Chủ tịch UBND [P xã Yên Mông]]", "format", 10, "O1"),
    ("[O Rịn]", "Rịn, tức Bùi Văn Rịn,", "miss-official", 8, "an OFFICIAL elsewhere"),
    ("[O Rịn] nói", "[O Rịn] và đại tá Hà Công Chúc nói", "miss-official", 8, "a name after a rank"),
    ("Ông [O Rịn]", "Ông Rịn", "miss-official", 8, "an OFFICIAL elsewhere"),
    ("ở [P xóm Bún]", "ở xóm Bún", "miss-place", 7, "a class noun with a name"),
    ("xã không còn", "Yên Mông không còn", "miss-place", 8, "a PLACE elsewhere"),
    ("[D|2021 năm 2021]", "năm 2021", "miss-date", 8, "a year, no DATE"),
    ("không còn hộ đói", "không còn hộ đói từ ngày 3 tháng 2 năm 2020", "miss-date", 8, "a full date"),
    ("không còn hộ đói", "được tặng Huân chương Lao động", "miss-award", 8, "the name of an award"),
    ("không còn hộ đói", "đã báo cáo Bí thư Huyện ủy Kim Bôi", "miss-title", 8, "the name of a post"),
    ("holds O1 T1\n", "", "miss-relation", 7, "without holds"),
]  # fmt: skip


@pytest.mark.parametrize("old, new, rule, line, reason", DAMAGE)
def test_damage_is_named_with_its_line(tmp_path, surfaces, old, new, rule, line, reason):
    assert SOUND.count(old) >= 1, "the damage does not apply"
    found = findings(tmp_path, SOUND.replace(old, new, 1), surfaces)
    assert any(each.rule.startswith(rule) and each.line == line and reason in each.reason and each.path == "train/x.txt" for each in found), found


def test_a_decomposed_article_keeps_its_offsets(tmp_path, surfaces):
    assert findings(tmp_path, SOUND.replace("--- text", "form: nfd\nnewline: crlf\n--- text"), surfaces) == []
    record = load(tmp_path / "train" / "x.txt", tmp_path).record
    assert all(record["text"][span["start"] : span["end"]] == span["surface"] for span in record["spans"])
    assert "\r\n" in record["text"]


# The whole


@pytest.fixture
def copy(tmp_path) -> Path:
    target = tmp_path / "corpus"
    for split in corpus.SPLITS:
        shutil.copytree(ROOT / split, target / split)
    for name in ("surfaces.tsv", "allowed.tsv"):
        shutil.copy(ROOT / name, target / name)
    return target


def command(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bantin.cli", "corpus", *arguments], capture_output=True, text=True, timeout=300, check=False)


def test_the_kept_corpus_breaks_no_rule():
    result = command("check", "--corpus", str(ROOT))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no rule broken" in result.stdout


def test_a_damaged_file_fails_the_command(copy):
    path = next((copy / "train").rglob("*.txt"))
    path.write_text(path.read_text(encoding="utf-8").replace("[P ", "[Q ", 1), encoding="utf-8")
    result = command("check", "--corpus", str(copy))
    assert result.returncode == 1
    assert f"{path.relative_to(copy).as_posix()}:" in result.stdout and "opens no known mark" in result.stdout
    assert result.stderr.strip().splitlines()[-1].startswith("bantin: ")


def test_a_copy_between_splits_is_found(copy):
    source = max((copy / "dev").rglob("*.txt"), key=lambda path: path.stat().st_size)
    shutil.copy(source, copy / "train" / "stolen.txt")
    found, _ = corpus.check(copy)
    assert {(each.rule, each.path, each.surface) for each in found if each.rule == "duplicate"} == {("duplicate", f"dev/{source.name}", "train/stolen.txt")}


def test_a_shared_paragraph_between_splits_is_found(copy):
    source = max((copy / "eval").rglob("*.txt"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
    body = source.split("--- text\n")[1].split("\n--- relations")[0]
    (copy / "dev" / "part.txt").write_text("genre: x\nprovince: y\n--- text\n" + body.replace("[", "\\[").replace("]", "\\]")[: len(body) // 2] + "\n--- relations\n", encoding="utf-8")
    found, _ = corpus.check(copy)
    assert any(each.rule == "duplicate" for each in found)


def test_too_few_articles_are_a_finding(copy):
    for path in sorted((copy / "dev").rglob("*.txt"))[3:]:
        path.unlink()
    assert any(each.rule == "count" and each.path == "dev" for each in corpus.check(copy)[0])


def test_an_empty_split_is_an_error(copy):
    shutil.rmtree(copy / "eval")
    with pytest.raises(BantinError, match="no labelled article"):
        corpus.check(copy)


def test_an_allowance_without_reason_is_refused_and_a_stale_one_is_a_finding(tmp_path):
    allowed = tmp_path / "allowed.tsv"
    finding = Finding("train/x.txt", 3, "miss-place", "xóm  Chăm", "a class noun")
    allowed.write_text("file\trule\tsurface\treason\ntrain/x.txt\tmiss-place\txóm Chăm\ta people\n", encoding="utf-8")
    assert corpus.excuse([finding], allowed) == []
    assert [each.rule for each in corpus.excuse([], allowed)] == ["allowed"]
    allowed.write_text("file\trule\tsurface\treason\ntrain/x.txt\tmiss-place\txóm Chăm\t \n", encoding="utf-8")
    with pytest.raises(BantinError, match=r"allowed\.tsv: line 2"):
        corpus.excuse([finding], allowed)


def test_a_rule_cannot_be_excused(tmp_path):
    allowed = tmp_path / "allowed.tsv"
    allowed.write_text("file\trule\tsurface\treason\ntrain/x.txt\tnesting\tA\tplease\n", encoding="utf-8")
    assert {each.rule for each in corpus.excuse([Finding("train/x.txt", 1, "nesting", "A", "overlap")], allowed)} == {"nesting", "allowed"}


def test_gold_is_what_the_reader_reads(tmp_path):
    out = tmp_path / "gold.jsonl"
    assert command("gold", "--out", str(out), "--corpus", str(ROOT), "--split", "dev").returncode == 0
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(records) == len(list((ROOT / "dev").rglob("*.txt")))
    assert all(record["text"][span["start"] : span["end"]] == span["surface"] for record in records for span in record["spans"])
    assert command("gold", "--out", str(out), "--split", "test").returncode == 2


# Agreement


def test_the_kept_page_is_what_the_files_say():
    assert (ROOT / "AGREEMENT.md").read_text(encoding="utf-8") == settle.report(ROOT)


def test_disagreements_and_their_outcome():
    def record(*spans: tuple[str, int, int], name: str = "a") -> dict:
        text = "Ông Lò Văn Inh, Chủ tịch xã."
        made = [{"id": f"e{at}", "label": label, "start": start, "end": end, "surface": text[start:end]} for at, (label, start, end) in enumerate(spans, 1)]
        return {"id": name, "text": text, "relations": [], "spans": made}

    name, post, short = ("OFFICIAL", 4, 14), ("TITLE", 16, 27), ("TITLE", 16, 24)
    assert settle.rows(record(name), record(name), record(name)) == []
    (row,) = settle.rows(record(name, post), record(name, short), record(name, short))
    assert (row.kind, row.first, row.second, row.outcome) == ("TITLE", "«Chủ tịch xã»", "«Chủ tịch»", "second")
    (row,) = settle.rows(record(name, post), record(name), record(name, post))
    assert (row.second, row.outcome) == (settle.NOTHING, "first")
    (row,) = settle.rows(record(name), record(), record())
    assert row.outcome == "second"
    (row,) = settle.rows(record(name, post), record(name, post), record(name, short))
    assert (row.first, row.second, row.outcome) == ("«Chủ tịch xã»", "«Chủ tịch xã»", "«Chủ tịch»")


def test_neither_side_trains_or_scores():
    """first and second lie beside the splits: nothing that reads a split reads them."""
    read = {Path(article.path if isinstance(article, Finding) else article.name).parts[0] for each in corpus.articles(ROOT).values() for article in each}
    assert read == set(corpus.SPLITS)


# Curve, distance, coverage


def test_shares_of_the_curve_are_nested_and_depend_on_seed_and_ids_alone():
    records = [{"id": f"a{at:02}"} for at in range(40)]
    whole = learning_curve.order(records, 1)
    assert whole == learning_curve.order(records[::-1], 1) != learning_curve.order(records, 2)
    assert sorted(record["id"] for record in whole) == [record["id"] for record in records]


def test_the_mean_of_the_seeds_is_shown():
    rows = [learning_curve.HEADER, ("10", "4", "1", *["0.5"] * 7), ("10", "4", "2", *["0.7"] * 7)]
    assert learning_curve.shown(rows).splitlines()[1].split() == ["10", "4", "2", *["0.600"] * 7]


def test_distance_measures_density_length_and_novelty():
    text = "Ông Lò Văn Inh, Chủ tịch xã."
    record = {"id": "a", "text": text, "relations": [], "spans": [{"id": "e1", "label": "OFFICIAL", "start": 4, "end": 14, "surface": "Lò Văn Inh"}]}
    made = distance.profile(load_sets.Collection("x", [record]), [record], annotate=False)
    assert (made.words, made.density["OFFICIAL"], made.span["OFFICIAL"], made.unseen["OFFICIAL"]) == (7, 1000 / 7, 3, 0)
    fresh = distance.profile(load_sets.Collection("y", [record]), [], annotate=False)
    assert fresh.unseen["OFFICIAL"] == 100
    assert "spans per 1,000 words" in distance.report(made, fresh)


def test_coverage_counts_places_and_articles():
    lines = coverage.report(ROOT).splitlines()
    assert len(lines) == len(coverage.TRAPS) + 1
    places, articles = (int(number) for number in lines[1].split("lower case")[1].split()[:2])
    assert places >= articles >= coverage.LEAST


def test_a_reason_is_wanted_for_each_disagreement(tmp_path):
    for name in ("first", "second", "eval"):
        shutil.copytree(ROOT / name, tmp_path / name)
    lines = (ROOT / "settled.tsv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "settled.tsv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(BantinError, match="no reason for"):
        settle.report(tmp_path)
