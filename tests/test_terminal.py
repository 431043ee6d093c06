"""What a terminal shows: nothing lost, nothing obeyed, no mark broken, at any width; explain; notebook."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import bantin
import pytest
from bantin import explain
from bantin.annotator import classifier
from bantin.errors import UsageError
from bantin.export import terminal, view
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import annotated
from rich.console import Console

ROOT = Path(__file__).parent.parent
SAMPLE = (ROOT / "corpus" / "sample.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def record() -> dict:
    return bantin.annotate(SAMPLE, published="2021-06")


def shown(record: dict, text: str, width: int, colour: bool = True) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False).print(terminal.render(record, text, width, colour))
    return out.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s│┃]+", "", text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 160])
def test_nothing_is_lost_or_too_wide(record, width, colour, form):
    text = unicodedata.normalize(form, SAMPLE)
    made = bantin.annotate(text, published="2021-06")
    lines = plain(shown(made, text, width, colour)).split("\n")
    assert all(len(line.rstrip()) <= width for line in lines)
    everything = squeezed("".join(lines))
    body = squeezed("".join(re.sub(r"(?<![A-Za-zÀ-ỹ])[OTPDA]\[|\]", "", line) for line in lines)) if not colour else everything
    assert squeezed(SAMPLE) in body
    for person in made["officials"]:
        assert squeezed(unicodedata.normalize("NFC", person["name"])) in everything
    for span in made["spans"]:
        if span["label"] == "PLACE" and span.get("code"):
            assert span["code"] in everything


@pytest.mark.parametrize("width", [20, 60, 80])
def test_no_line_begins_with_a_combining_mark(width):
    text = unicodedata.normalize("NFD", SAMPLE)
    for line in plain(shown(bantin.annotate(text), text, width)).split("\n"):
        assert not line or not unicodedata.combining(line[0])


def test_escapes_are_shown_and_not_obeyed():
    text = "Tin \x1b[31mđỏ\x1b]0;title\x07 \x9b2J \u202eabc\u202c ông Lê Văn\r Tám, Bí thư Huyện ủy\x00 [bold]x[/bold]."
    for colour in (True, False):
        made = shown(bantin.annotate(text), text, 80, colour)
        assert not re.search(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x7f-\x9f\u202a-\u202e]", made)
        assert "[bold]x[/bold]" in plain(made)
        if not colour:
            assert "\x1b" not in made


def test_a_nested_span_keeps_its_colour_on_the_outer_line(record):
    made = shown(record, SAMPLE, 160)
    # TITLE: underlined cyan (4;36); PLACE inside: underlined green (4;32).
    assert re.search(r"\x1b\[4;36mPhó Chủ tịch UBND \x1b\[0m\x1b\[4;32mhuyện Mộc Châu", made)
    without = shown(record, SAMPLE, 160, colour=False)
    assert "T[Phó Chủ tịch UBND P[huyện Mộc Châu]]" in " ".join(without.split())


PIECES = st.text(st.sampled_from("aệ \n[]\\x\u0301\u0323😀<&O"), max_size=40)


@settings(max_examples=200, deadline=None)
@given(PIECES, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["TITLE", "PLACE", "AWARD", "DATE"])), max_size=6))
def test_law_nested_pieces_are_the_text_and_every_mark_holds_its_span(text, extents):
    spans = [{"id": f"e{n}", "start": min(a, b), "end": max(a, b), "label": label} for n, (a, b, label) in enumerate(extents) if a != b and max(a, b) <= len(text)]
    stack, pieces, inside = [], [], {span["id"]: "" for span in spans}
    for kind, piece in view.nested(text, spans):
        if kind == "open":
            stack.append(piece["id"])
        elif kind == "close":
            assert stack.pop() == piece["id"]
        else:
            pieces.append(piece)
            for name in stack:
                inside[name] += piece
    assert not stack and "".join(pieces) == text
    assert inside == {span["id"]: text[span["start"] : span["end"]] for span in spans}


def run(*arguments: str, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    made = subprocess.run([sys.executable, "-m", "bantin.cli", *arguments], capture_output=True, timeout=120, check=True, env={**clean, **environment})
    assert not made.stderr
    return made.stdout.decode()


def test_a_pipe_gets_whole_lines_without_colour():
    made = run("annotate", str(ROOT / "corpus" / "sample.txt"), "--published", "2021-06")
    assert "\x1b" not in made and "O[Lường Văn Quyền]" in made
    assert squeezed(SAMPLE) in squeezed(re.sub(r"(?<![A-Za-zÀ-ỹ])[OTPDA]\[|\]", "", made))
    assert not [line for line in made.split("\n") if line != line.rstrip()]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo terminals here")
@pytest.mark.parametrize("columns", [60, 80, 160])
@pytest.mark.parametrize("no_color", [False, True])
def test_in_a_terminal(columns, no_color):
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")} | {"TERM": "xterm-256color"} | ({"NO_COLOR": "1"} if no_color else {})
    command = [sys.executable, "-m", "bantin.cli", "annotate", str(ROOT / "corpus" / "sample.txt"), "--published", "2021-06"]
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, stdin=theirs, env=environment)
    os.close(theirs)
    got = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        got += piece
    assert process.wait(60) == 0
    os.close(ours)
    made = got.decode()
    assert all(len(line) <= columns for line in plain(made).replace("\r", "").split("\n"))
    # With NO_COLOR spans are bracketed, and no colour is set.
    assert ("O[Lường Văn Quyền]" in re.sub(r"\s+", " ", plain(made))) == no_color
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]", made)) != no_color


# explain


def test_explain_names_rule_features_and_what_was_rejected():
    reading = annotated(SAMPLE, "2021-06")
    made = bantin.annotate(SAMPLE, published="2021-06")
    for span in made["spans"]:
        found = explain.explain(reading, span["id"])
        assert found.span == span
        for answer in found.answers:
            assert (answer.start, answer.end) == (span["start"], span["end"])
            question = classifier().questions[answer.question]
            assert sum(weight for _, weight in answer.weights) + answer.bias == pytest.approx(question.score(dict(answer.weights)), abs=1e-6)
        assert all(0 <= answer.probability <= 1 and answer.outcome for answer in [*found.answers, *found.roles, *found.rejected])
        assert not [answer for answer in found.rejected if answer.outcome == "accepted"]
    official = next(span for span in made["spans"] if span["label"] == "OFFICIAL")
    found = explain.explain(reading, official["id"])
    assert found.answers and any(answer.question == "holds" and answer.outcome == "accepted" for answer in found.roles)
    assert found.provenance[0].startswith("bantin/officials/candidates.py")


def test_explain_a_place_where_nothing_was_found():
    reading = annotated(SAMPLE, "2021-06")
    start = SAMPLE.index("Giàng Thị Mỷ")
    found = explain.explain(reading, at=(start, start + 12))
    assert found.span is None and any("Giàng Thị Mỷ" in answer.surface and "threshold" in answer.outcome for answer in found.rejected)
    with pytest.raises(UsageError, match="e999"):
        explain.explain(reading, "e999")


def test_explain_on_the_command_line():
    sample = str(ROOT / "corpus" / "sample.txt")
    made = run("explain", sample, "--published", "2021-06", "--span", "e3")
    assert "Sáng 9-6" in made and "proposed by rule" in made and "Rejected nearby" in made
    assert "Giàng Thị Mỷ" in run("explain", sample, "--at", "Giàng Thị Mỷ")
    for arguments in (["--span", "e999"], ["--at", "không có"], [], ["--span", "e1", "--at", "a"]):
        bad = subprocess.run([sys.executable, "-m", "bantin.cli", "explain", sample, *arguments], capture_output=True, timeout=120, check=False)
        assert bad.returncode == 2 and len(bad.stderr.decode().strip().splitlines()) == 1


# the notebook


def test_a_record_is_a_dict_that_a_notebook_shows(record):
    assert json.loads(json.dumps(record)) == record and isinstance(record, dict)
    page = record._repr_html_()
    assert 'class="TITLE"' in page and "Lường Văn Quyền" in page and "<script" not in page
    back = pickle.loads(pickle.dumps(record))
    assert back == record and back.text == SAMPLE


def test_the_notebook_escapes():
    made = bantin.annotate("<script>alert(1)</script> ông Lê Văn <b>Tám</b>, Bí thư Huyện ủy.", id="x")
    made["spans"][0]["rule"] = '"><script>'
    assert "<script" not in made._repr_html_() and "<b>" not in made._repr_html_()


def test_tables_of_a_record(record):
    pytest.importorskip("pandas")
    made = record.to_pandas()
    assert made["officials"]["name"].iloc[0] == "Lường Văn Quyền" and len(made["spans"]) == len(record["spans"])


def test_the_published_schema_knows_every_key_of_real_records():
    import jsonschema

    schema = json.loads((ROOT / "pipeline" / "bantin" / "record.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)

    # Every key must be described: what is not in the schema is refused here, though not by the schema.
    def close(node):
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node and "anyOf" not in node:
                node["additionalProperties"] = False
            for value in node.values():
                close(value)
        elif isinstance(node, list):
            for value in node:
                close(value)

    close(schema)
    validator = jsonschema.Draft202012Validator(schema)
    from bantin import gold

    for path in sorted((ROOT / "corpus" / "dev").glob("*.txt")):
        document = gold.read_marked(path)
        made = bantin.annotate(document["text"], published=document["published"], id=path.stem)
        errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(made)]
        assert not errors, f"{path.name}: {errors[:3]}"
