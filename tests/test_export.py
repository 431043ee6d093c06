"""Every format: out and back in, on the corpus, on real gold where it is there, and on hard texts."""

from __future__ import annotations

import copy
import csv
import io
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import bantin
import pytest
from bantin import gold
from bantin.errors import BantinError, UsageError
from bantin.export import FORMATS, get
from bantin.export.document import Known, as_gold, finish, read, with_text
from bantin.markup import parse
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
REAL = Path(__file__).parents[2] / "shared" / "gold" / "dev.jsonl"
READABLE = sorted(name for name, each in FORMATS.items() if each.reader)
MARKED = """[O1 Lê Văn Ân], [T1 Chủ tịch UBND [P|03997 xã Hoà Sơn]], trao [A1|true Giấy khen] cho [X1 12 hộ dân] và [P1 xã Đông] [D|2021-06-09 sáng 9-6].
=Ông [O2 Ân] nói: <script>alert(1)</script> 😀 [D|2021 năm
nay]. Còn [T2 Bí thư] [O3 H'Yim Kđoh] được đề nghị [A2|false “Bản [P kiểu] mẫu”] vì [X2 thành tích]."""
RELATIONS = "holds O1 T1\nholds O3 T2\naward A1 issuer=T1 presenters=O1,O2 recipients=X1,P1\naward A2 issuer=X1 recipients=O3 reason=X2\naward A2 issuer=T1 recipients=P1"


def corpus() -> list[dict]:
    return gold.read_gold(ROOT / "corpus" / "dev")


def invented(change=lambda text: text) -> dict:
    """A gold document; ``change`` rewrites pieces of its text, offsets go along."""
    made = gold.to_record("bài/thử 1", {"published": "2021-06-09"}, parse(MARKED, RELATIONS))
    pieces = [change(character) for character in made["text"]]
    offset = [0]
    for piece in pieces:
        offset.append(offset[-1] + len(piece))
    made["text"] = "".join(pieces)
    for span in made["spans"]:
        span["start"], span["end"] = offset[span["start"]], offset[span["end"]]
        span["surface"] = made["text"][span["start"] : span["end"]]
    for relation in made["relations"]:
        for key, value in relation.items():
            if key in ("issuer", "reason") and isinstance(value, list):
                relation[key] = [offset[value[0]], offset[value[1]]]
            elif key == "recipients":
                relation[key] = [[offset[a], offset[b]] for a, b in value]
    return made


def canonical(document: dict) -> dict:
    """What must survive: text, spans, values and relations, whatever their order and ids."""
    made = as_gold(document)
    extent = {s["id"]: f"{s['start']}-{s['end']} {s['label']}" for s in made["spans"]}

    def plain(value):
        if isinstance(value, str):
            return extent[value]
        if isinstance(value, list) and value and isinstance(value[0], (list, str)):
            return sorted((plain(item) for item in value), key=str)
        return value

    spans = sorted(tuple(sorted((k, v) for k, v in s.items() if k != "id")) for s in made["spans"])
    relations = [{k: v if k == "type" else plain(v) for k, v in r.items()} for r in made["relations"] if len(r) > 2]
    return {"id": made["id"], "published": made["published"], "text": made["text"], "spans": spans, "relations": sorted(relations, key=lambda r: json.dumps(r, sort_keys=True))}


def there_and_back(name: str, documents: list[dict], folder: Path, known: Known | None = None, streamed: bool = False, **options) -> list[dict]:
    form = get(name)
    if form.folder and not streamed:
        target = folder / name
        for file, content in form.export(documents, **options):
            path = target / file
            assert path.resolve().is_relative_to(target.resolve())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    else:
        target = folder / f"{name}{form.suffix}"
        target.write_bytes(b"".join(form.streamed(documents, **options)))
    known = Known(documents) if known is None else known
    return [finish(each, known) for each in form.read(target, known)]


def same(before: list[dict], after: list[dict], ids: bool = True) -> None:
    assert len(after) == len(before)
    after_by_text = {document["text"]: document for document in after}
    for document in before:
        assert document["text"] in after_by_text, f"the text of {document['id']} changed"
        one, two = canonical(document), canonical(after_by_text[document["text"]])
        for key in one.keys() - ({"id", "text"} if not ids else {"text"}):
            assert one[key] == two[key], f"{document['id']}: {key}"


@pytest.mark.parametrize("name", READABLE)
def test_the_dev_corpus_comes_back(name, tmp_path):
    documents = corpus()
    same(documents, there_and_back(name, documents, tmp_path), ids=name != "marked")


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.skipif(not REAL.exists(), reason="the real gold is not here")
def test_real_gold_comes_back(name, tmp_path):
    documents = gold.read_gold(REAL)
    same(documents, there_and_back(name, documents, tmp_path), ids=name != "marked")


@pytest.mark.parametrize("name", READABLE)
def test_records_of_the_annotator_come_back_as_gold(name, tmp_path):
    documents = []
    for document in corpus()[:6]:
        record = bantin.annotate(document["text"], published=document["published"], id=document["id"])
        documents.append({**record, "text": document["text"]})
        if name == "marked":  # its brackets cannot hold an extent that crosses a span
            documents[-1]["relations"] = [r for r in record["relations"] if r["type"] == "holds"]
    same(documents, there_and_back(name, documents, tmp_path), ids=name != "marked")


FORMS = {
    "nfc": lambda c: c,
    "nfd": lambda c: unicodedata.normalize("NFD", c),
    "crlf": lambda c: "\r\n" if c == "\n" else c,
    "nbsp": lambda c: "\u00a0" if c == " " else c,
    "emoji": lambda c: "👩\u200d👩" if c == "😀" else c + "😀" if c in ".," else c,
}


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("form", FORMS)
def test_hard_texts_come_back(name, form, tmp_path):
    document = invented(FORMS[form])
    same([document], there_and_back(name, [document], tmp_path, Known([document])), ids=name != "marked")


@pytest.mark.parametrize("name", [name for name in READABLE if name not in ("conll", "csv", "parquet", "webannotation", "brat", "marked")])
def test_nothing_but_the_file_is_needed(name, tmp_path):
    document = invented(FORMS["nfd"])
    same([document], there_and_back(name, [document], tmp_path, Known()))


def test_brat_alone_loses_the_published_day_only(tmp_path):
    document = invented()
    same([{**document, "published": None}], there_and_back("brat", [document], tmp_path, Known()))


@pytest.mark.parametrize("name", ["conll", "csv"])
def test_the_form_of_standard_output_comes_back(name, tmp_path):
    document = invented()
    back = there_and_back(name, [document], tmp_path, streamed=True)
    assert canonical(back[0])["spans"] == canonical(document)["spans"]


LETTERS = st.sampled_from(
    [
        "Lê",
        "xã",
        " ",
        "  ",
        "\n",
        "\r\n",
        "e\u0301",
        "ệ",
        "e\u0323\u0302",
        "😀",
        "👩\u200d👩",
        "\u00a0",
        "\u200b",
        "\t",
        "[",
        "]",
        "\\",
        "=1",
        "-",
        "“",
        "'",
        "|",
        "<b>",
        "&",
        "\u2028",
        "\x85",
        "#",
        "9-6",
        ",",
    ]
)


@st.composite
def documents(draw):
    """Any text of hard pieces, with spans whose edges stand between pieces (layers free of overlap)."""
    pieces = draw(st.lists(LETTERS, min_size=1, max_size=30))
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    text = "".join(pieces)
    spans = []
    for label in ("OFFICIAL", "PLACE", "AWARD", "TITLE", "DATE"):
        at = 0
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.integers(at, len(pieces)))
            end = draw(st.integers(start, len(pieces)))
            surface = text[offsets[start] : offsets[end]]
            if surface and surface == surface.strip():
                span = {"id": f"e{len(spans) + 1}", "start": offsets[start], "end": offsets[end], "label": label, "surface": surface}
                if label == "DATE":
                    span["value"] = draw(st.sampled_from(["2021-06-09", "?", "2020/2025"]))
                elif label == "AWARD":
                    span["realis"] = draw(st.booleans())
                spans.append(span)
                at = end
    by_label = {span["label"]: span for span in spans}
    relations = []
    if {"OFFICIAL", "TITLE"} <= by_label.keys():
        relations.append({"type": "holds", "official": by_label["OFFICIAL"]["id"], "title": by_label["TITLE"]["id"]})
    if {"AWARD", "PLACE"} <= by_label.keys():
        relations.append({"type": "award", "award": by_label["AWARD"]["id"], "recipients": [[by_label["PLACE"]["start"], by_label["PLACE"]["end"]]]})
    return {"id": draw(st.sampled_from(["a", "a/b c", "../../x", "Bài số 1: 50%", "-1"])), "published": None, "text": text, "spans": spans, "relations": relations}


@pytest.mark.parametrize("name", [name for name in READABLE if name != "marked"])  # spans that cross cannot be marked
@settings(max_examples=60, deadline=None)
@given(document=documents())
def test_law_what_goes_out_comes_back(name, tmp_path_factory, document):
    same([document], there_and_back(name, [document], tmp_path_factory.mktemp("law")))


def test_a_correction_is_what_changes(tmp_path):
    document = invented()
    form = get("doccano")
    row = json.loads(b"".join(form.export([document])))
    moved = next(e for e in row["entities"] if e["label"] == "OFFICIAL")
    moved["start_offset"] += 3  # "Lê Văn Ân" -> "Văn Ân"
    gone = next(e for e in row["entities"] if e["label"] == "DATE")
    row["entities"].remove(gone)
    row["entities"].append({"id": 99, "label": "PLACE", "start_offset": 0, "end_offset": 3})  # with a space at its end
    path = tmp_path / "back.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    back = finish(next(iter(form.read(path, Known([document])))), Known([document]))
    before = {(s["label"], s["surface"], s["id"]) for s in document["spans"]}
    after = {(s["label"], s["surface"], s["id"]) for s in back["spans"]}
    assert {(label, surface) for label, surface, _ in before - after} == {("OFFICIAL", "Lê Văn Ân"), ("DATE", "sáng 9-6")}
    assert {(label, surface) for label, surface, _ in after - before} == {("OFFICIAL", "Văn Ân"), ("PLACE", "Lê")}
    assert len({s["id"] for s in back["spans"]}) == len(back["spans"])
    assert len(back["relations"]) == len(document["relations"])


def test_a_relation_goes_with_its_span_and_a_missing_value_is_said(tmp_path):
    document = invented()
    changed = copy.deepcopy(document)
    changed["spans"] = [s for s in changed["spans"] if s["surface"] != "Giấy khen"]
    date = next(s for s in changed["spans"] if s["label"] == "DATE")
    date["end"] -= 2
    del date["value"]
    said: list[str] = []
    back = finish(changed, Known([document]), said.append)
    assert [r["type"] for r in back["relations"]].count("award") == 2
    assert any("no value" in line for line in said) and any("award left out" in line for line in said)


def test_a_span_of_another_text_is_refused():
    document = invented()
    with pytest.raises(BantinError, match="not what stands at"):
        with_text({**document, "text": "Khác " + document["text"]}, Known())
    with pytest.raises(BantinError, match="--articles"):
        with_text({key: value for key, value in document.items() if key != "text"}, Known())


def test_unknown_formats_and_those_that_only_go_out():
    with pytest.raises(UsageError, match="brat"):
        get("xmi")
    with pytest.raises(UsageError, match="written only"):
        get("html").read(Path("x"), Known())


# Traps that other tools are known for.


def test_csv_cells_run_nowhere_and_a_byte_order_mark_on_request(tmp_path):
    document = invented()
    document["text"] = "=1+1 " + document["text"]
    for span in document["spans"]:
        span["start"] += 5
        span["end"] += 5
    document["relations"] = []
    document["spans"].insert(0, {"id": "e90", "start": 0, "end": 4, "label": "TITLE", "surface": "=1+1"})
    raw = b"".join(get("csv").streamed([document], bom=True))
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]
    assert "'=1+1" in cells and not any(cell[:1] in "=+-@" and cell for cell in cells)
    same([document], there_and_back("csv", [document], tmp_path, bom=True))


def test_a_table_that_a_spreadsheet_wrote_with_semicolons_is_read(tmp_path):
    document = {**invented(), "relations": []}
    rows = list(csv.reader(io.StringIO(b"".join(get("csv").streamed([document])).decode())))
    path = tmp_path / "spans.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out, delimiter=";").writerows(rows)
    back = [finish(each, Known([document])) for each in get("csv").read(path, Known([document]))]
    assert canonical(back[0])["spans"] == canonical(document)["spans"]


def test_doccano_has_nothing_to_strip(tmp_path):
    document = {"id": "a", "text": "  \n Bí thư. \n", "spans": [{"id": "e1", "start": 4, "end": 10, "label": "TITLE"}], "relations": []}
    row = json.loads(b"".join(get("doccano").export([document])))
    assert row["text"] == row["text"].strip() and row["entities"][0]["start_offset"] == 0
    same([document], there_and_back("doccano", [document], tmp_path))


def test_conll_layers_are_what_seqeval_reads(tmp_path):
    scheme = pytest.importorskip("seqeval.scheme")
    document = invented()
    files = dict(get("conll").export([document]))
    assert set(files) == {"official.conll", "title.conll", "place.conll", "date.conll", "award.conll"}
    for name, content in files.items():
        blocks = [[line.split("\t") for line in block.split("\n")] for block in content.decode().split("\n\n") if block.strip()]
        tags = [[fields[-1] for fields in block] for block in blocks]
        label = name.split(".")[0].upper()
        found = scheme.Entities(tags, scheme.IOB2)
        assert sum(len(each) for each in found.entities) == sum(s["label"] == label for s in document["spans"])


def test_spacy_docs_hold_the_raw_text(tmp_path):
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    document = invented(FORMS["nfd"])
    doc = next(iter(DocBin(store_user_data=True).from_bytes(b"".join(get("spacy").export([document]))).get_docs(Vocab())))
    assert doc.text == document["text"]
    assert [(s.start_char, s.end_char) for s in doc.spans["places"]] == [(s["start"], s["end"]) for s in document["spans"] if s["label"] == "PLACE"]


def test_prodigy_tokens_are_the_spans_ends():
    row = json.loads(b"".join(get("prodigy").export([invented(FORMS["nfd"])])))
    for span in row["spans"]:
        first, last = row["tokens"][span["token_start"]], row["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])
    assert "".join(t["text"] for t in row["tokens"]) == "".join(row["text"].split())


def test_web_annotation_quotes_what_stands_at_its_position():
    document = invented(FORMS["emoji"])
    page = json.loads(b"".join(get("webannotation").export([document])))
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld" and page["type"] == "AnnotationPage"
    for item in page["items"]:
        if item["motivation"] == "tagging":
            position, quote = item["target"]["selector"]
            assert document["text"][position["start"] : position["end"]] == quote["exact"]


def test_label_studio_configuration_names_layers_and_relations():
    from xml.etree import ElementTree

    from bantin.export.labelstudio import EDGES, config

    tree = ElementTree.fromstring(config())
    assert [label.get("value") for label in tree.iter("Label")] == ["OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD", "ARGUMENT"]
    assert [each.get("value") for each in tree.iter("Relation")] == list(EDGES)


def test_html_escapes_what_the_article_says():
    document = invented()
    record = {**bantin.annotate(document["text"], published="2021-06-09"), "text": document["text"]}
    record["spans"][0]["rule"] = '"><img src=x onerror=alert(1)>'
    page = b"".join(get("html").export([record])).decode()
    assert "<script" not in page and "&lt;script&gt;" in page and "<img" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_timeml_holds_the_text_and_its_dates():
    from xml.etree import ElementTree

    text = invented()["text"].replace("\n", "\r\n")
    record = {**bantin.annotate(text, published="2021-06-09"), "text": text}
    tree = ElementTree.fromstring(b"".join(get("timeml").streamed([record])))
    assert "".join(tree.find("TEXT").itertext()) == text
    assert len(tree.findall("TEXT/TIMEX3")) == sum(s["label"] == "DATE" for s in record["spans"])
    with pytest.raises(BantinError, match="no timex"):
        b"".join(get("timeml").streamed([invented()]))


def test_places_go_out_with_their_units():
    text = "Tin từ xã Tân Lập, huyện Mộc Châu, tỉnh Sơn La."
    record = {**bantin.annotate(text, published="2021-06-09"), "text": text}
    made = json.loads(b"".join(get("linked-places").export([record])))
    assert made["type"] == "FeatureCollection" and len(made["features"]) == 3
    assert b"".join(get("places-csv").export([record], bom=True)).startswith(b"\xef\xbb\xbfrecord,")


def test_frames_for_pandas():
    pytest.importorskip("pandas")
    from bantin.export.tables import frames

    made = frames([invented()])
    assert len(made["spans"]) == len(invented()["spans"]) and set(made) >= {"officials", "places", "dates", "awards", "relations"}


def test_articles_of_many_kinds_are_documents(tmp_path):
    (tmp_path / "a.txt").write_bytes("Tin\r\nngắn".encode())
    (tmp_path / "b.jsonl").write_text('{"id": "b", "text": "Tin"}\n', encoding="utf-8")
    assert [(d["id"], d["text"]) for d in read(tmp_path)] == [("a", "Tin\r\nngắn"), ("b", "Tin")]
    (tmp_path / "b.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(BantinError, match="line 1"):
        list(read(tmp_path / "b.jsonl"))


# The command line.


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bantin.cli", *arguments], capture_output=True, timeout=120, check=False)


def said(result: subprocess.CompletedProcess, code: int, reason: str) -> None:
    error = result.stderr.decode()
    assert result.returncode == code and reason in error and "Traceback" not in error, error
    assert len(error.strip().splitlines()) == 1 and not result.stdout


def test_batch_records_without_text_out_and_in(tmp_path):
    article = tmp_path / "a.txt"
    article.write_text(invented()["text"], encoding="utf-8")
    records = tmp_path / "records.jsonl"
    made = run("annotate", str(article), "--published", "2021-06-09", "--format", "json")
    records.write_text(json.dumps(json.loads(made.stdout)) + "\n", encoding="utf-8")
    said(run("export", str(records), "--to", "brat", "--out", str(tmp_path / "brat")), 1, "--articles")
    made = run("export", str(records), "--to", "brat", "--out", str(tmp_path / "brat"), "--articles", str(article))
    assert made.returncode == 0 and (tmp_path / "brat" / "a.ann").exists(), made.stderr
    gold_file = tmp_path / "gold.jsonl"
    made = run("import", str(tmp_path / "brat"), "--from", "brat", "--out", str(gold_file))
    assert made.returncode == 0, made.stderr
    back, record = json.loads(gold_file.read_text(encoding="utf-8")), json.loads(records.read_text(encoding="utf-8"))
    assert [(s["start"], s["end"], s["label"]) for s in back["spans"]] == [(s["start"], s["end"], s["label"]) for s in record["spans"]]
    assert run("eval", "--gold", str(gold_file), "--pred", str(records), "--resamples", "10").returncode == 0


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_annotate_writes_every_format_or_says_why_not(name):
    made = run("annotate", str(ROOT / "corpus" / "sample.txt"), "--published", "2021-06", "--format", name)
    if name == "parquet":
        said(made, 2, "--out")
    else:
        assert made.returncode == 0 and made.stdout and not made.stderr, made.stderr


def test_what_export_and_import_refuse(tmp_path):
    gold_file = tmp_path / "g.jsonl"
    gold_file.write_text(json.dumps(invented()) + "\n", encoding="utf-8")
    said(run("export", str(gold_file), "--to", "xmi"), 2, "none of json")
    said(run("export", str(gold_file), "--to", "popolo"), 1, "gold, not a record")
    said(run("export", str(gold_file), "--to", "brat", "--bom"), 2, "--bom")
    said(run("export", str(tmp_path / "none.jsonl"), "--to", "brat"), 1, "no such file")
    said(run("import", str(gold_file), "--from", "timeml"), 2, "written only")
    said(run("import", str(gold_file), "--from", "labelstudio"), 1, "task 1")
    for form in ("brat", "conll", "csv", "spacy", "spacy-json", "doccano", "prodigy", "webannotation", "parquet"):
        broken = tmp_path / "broken"
        broken.write_bytes(b'{"text": "a", "spans": [{"x": 1}], "items": [{}], "relations": [{}]}\n')
        result = run("import", str(broken), "--from", form)
        assert result.returncode == 1 and b"Traceback" not in result.stderr and len(result.stderr.splitlines()) == 1, (form, result.stderr)


def test_help_names_every_format_and_its_loss():
    text = " ".join(run("export", "--help").stdout.decode().split())
    for form in FORMATS.values():
        assert f"{form.name}: {form.what}" in text and f"Lost: {form.loss}" in text


@pytest.mark.parametrize("name", [name for name in READABLE if name not in ("brat", "parquet")])
def test_two_passes_write_the_same_bytes(name):
    documents = [invented(), invented(FORMS["nfd"])]
    assert b"".join(get(name).streamed(documents)) == b"".join(get(name).streamed(documents))
