"""Files that come in and go out: encodings, sizes, archives; nothing of an article is obeyed."""

import bz2
import csv
import gzip
import io
import json
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
import zstandard
from bantin.batch import rows as dump
from bantin.batch import tables as flat
from bantin.errors import ArticleError, BantinError, UsageError
from bantin.export import FORMATS
from bantin.readers import article_from, decode, read_article
from bantin.text import encodings
from hypothesis import given
from hypothesis import strategies as st
from texts import nasty_texts

ROOT = Path(__file__).parent.parent
TEXT = (
    "Xã Hoà Sơn đón Bằng công nhận\nSáng 9-6, ông Lê Văn Tám, Chủ tịch UBND huyện Lương Sơn, trao Giấy khen cho 12 hộ. "
    "Bà Nguyễn Thị Thuý, Bí thư Đảng uỷ xã, kể: những năm trước đường lầy, nước lũ về là trường phải đóng cửa, học sinh nghỉ cả tuần."
)
NASTY = dict(nasty_texts())


def written(text: str, encoding: str) -> bytes:
    """``text`` as such a file has it. TCVN3 has no capitals with tones: its capital fonts showed small ones."""
    if encoding.startswith("utf"):
        return text.encode(encoding)
    if encoding == "windows-1258":
        out = b""
        for character in text:
            parts = unicodedata.normalize("NFD", character)
            tones = "".join(c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323")
            out += (unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones)) + tones).encode("cp1258")
        return out
    forms: dict[str, str] = {}
    for form, character in encodings._table(encoding)[0].items():
        forms.setdefault(character, form)
    return "".join(forms.get(c) or (c if c.isascii() else forms[c.lower()]) for c in text).encode("latin-1")


# --- legacy encodings -------------------------------------------------------------------------------

LEGACY = ["tcvn3", "vni", "viscii", "windows-1258", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", LEGACY)
def test_a_legacy_file_is_refused_by_its_name_and_converted_when_asked(tmp_path, encoding):
    path = tmp_path / "old.txt"
    path.write_bytes(written(TEXT, encoding))
    with pytest.raises(BantinError, match=f"--encoding {'utf-16' if encoding == 'utf-16' else encoding} converts it"):
        read_article(str(path))
    for asked in (encoding, "auto"):
        assert read_article(str(path), encoding=asked).text == TEXT


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii"])
def test_a_legacy_text_taken_for_windows_1252_is_told_from_a_good_one(tmp_path, encoding):
    """"UBND x· Hoµ S¬n": valid UTF-8, and not a word of it can be read."""
    path = tmp_path / "old.txt"
    data = written(TEXT, encoding)
    path.write_text(data.decode("latin-1" if encoding == "viscii" else "cp1252"), encoding="utf-8")
    with pytest.raises(BantinError, match=f"taken for Windows-1252: --encoding {encoding} converts it"):
        read_article(str(path))
    assert read_article(str(path), encoding="auto").text == TEXT
    assert read_article(str(path), encoding=encoding).text == TEXT


@pytest.mark.parametrize("letter", [row["character"] for row in encodings.rows("text", "encodings")][::7])
def test_the_tables_are_nfc_letters(letter):
    assert len(letter) == 1 and unicodedata.is_normalized("NFC", letter)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii"])
def test_a_table_holds_the_whole_alphabet(encoding):
    capitals = {unicodedata.normalize("NFC", base + mark) for base in "aăâeêioôơuưy" for mark in ["", *"\u0300\u0301\u0303\u0309\u0323"]} | {"đ"}
    letters = set(encodings._table(encoding)[0].values())
    wanted = {c for c in capitals if not c.isascii()}
    assert wanted <= letters
    if encoding != "tcvn3":
        # VISCII has no capital for two letters; RFC 1456 gives them up.
        assert len({c.upper() for c in wanted} - letters) <= 2


@pytest.mark.parametrize("codec, encoding", [("VISCII", "viscii"), ("TCVN5712-1", "tcvn3")])
def test_the_tables_agree_with_the_c_librarys(codec, encoding):
    forms = encodings._table(encoding)[0]
    for form, character in forms.items():
        try:
            done = subprocess.run(["iconv", "-f", codec, "-t", "UTF-8"], input=form.encode("latin-1") + b"1", capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no iconv that knows it")
        assert unicodedata.normalize("NFC", done.stdout.decode()) == character + "1"


@pytest.mark.parametrize(
    "word, good",
    [("trường", True), ("nghiêng", True), ("quyển", True), ("giữa", True), ("khuỷu", True), ("thuở", True), ("ấp", True),
     ("yến", True), ("x·", False), ("tr­êng", False), ("élu", False), ("øc", False), ("bằ́ng", False), ("đđ", False)],
)
def test_vietnamese_syllables(word, good):
    assert encodings.is_syllable(unicodedata.normalize("NFC", word)) is good


@pytest.mark.parametrize(
    "text",
    ["Le président de la République a été élu à Paris, où il a reçu la délégation.", "là xã", "Ông", "Café, naïve, façade",
     "plain ASCII text", "Übergrößenträger für Mädchen ähnlich höher"],
)
def test_what_is_no_legacy_vietnamese_is_left_alone(text):
    assert decode(text.encode(), "a") == text
    if not text.isascii():
        with pytest.raises(BantinError, match="invalid UTF-8 at byte") as caught:
            decode(text.encode("cp1252"), "a")
        assert "converts" not in str(caught.value)


@pytest.mark.parametrize("name", list(NASTY))
def test_no_nasty_text_is_taken_for_another_encoding(name):
    """(But a zero byte is binary data.)"""
    text = NASTY[name]
    if "\x00" in text[:8192]:
        with pytest.raises(BantinError, match="zero byte"):
            decode(text.encode(), "a")
    else:
        assert decode(text.encode(), "a") == text.removeprefix("\ufeff")


@given(st.binary(max_size=300), st.sampled_from(encodings.CHOICES))
def test_any_bytes_are_text_or_one_clear_error(data, encoding):
    try:
        assert isinstance(decode(data, "a", encoding), str)
    except BantinError as error:
        assert str(error).startswith("a: ") and "\n" not in str(error)


def test_an_unknown_encoding_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="--encoding: 'latin-1'"):
        decode(b"a", "a", "latin-1")


def test_the_command_line_converts(tmp_path):
    path = tmp_path / "old.txt"
    path.write_bytes(written(TEXT, "tcvn3"))
    run = [sys.executable, "-m", "bantin.cli", "annotate", str(path), "--format", "json"]
    refused = subprocess.run(run, capture_output=True, check=False)
    assert refused.returncode == 1 and "TCVN3 (ABC): --encoding tcvn3" in refused.stderr.decode() and not refused.stdout
    made = json.loads(subprocess.run([*run, "--encoding", "auto"], capture_output=True, check=True).stdout)
    assert "Lê Văn Tám" in [span["surface"] for span in made["spans"]]


# --- sizes ------------------------------------------------------------------------------------------


def test_an_article_over_the_limit_says_so(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("ă" * 101)
    with pytest.raises(ArticleError, match="101 characters, more than 100"):
        read_article(str(path), max_chars=100)
    assert len(read_article(str(path), max_chars=101).text) == 101
    path.write_text(json.dumps({"text": "a" * 101}))
    with pytest.raises(ArticleError, match="101 characters"):
        read_article(str(path), max_chars=100)


def test_a_file_without_end_is_not_read_to_its_end():
    """/dev/zero and a pipe that never closes: no more is read than the limit needs."""
    program = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\nfrom bantin.cli import main\nsys.argv = ['bantin', 'annotate', *sys.argv[1:]]\nmain()"
    done = subprocess.run([sys.executable, "-c", program, "/dev/zero", "--max-chars", "1000"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and "at most 1,000 characters" in done.stderr.decode()
    yes = subprocess.Popen(["yes", "Bí thư"], stdout=subprocess.PIPE)
    try:
        done = subprocess.run([sys.executable, "-c", program, "-"], stdin=yes.stdout, capture_output=True, timeout=60, check=False)
    finally:
        yes.kill()
        yes.wait()
        yes.stdout.close()
    assert done.returncode == 1 and len(done.stderr.decode().splitlines()) == 1


def test_json_nested_without_end_is_one_line(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"text": ' + "[" * 200_000)
    with pytest.raises(BantinError, match="deep"):
        read_article(str(path))
    path.write_text('{"text": "a", "x": ' + "[" * 5000 + "]" * 5000 + "}")
    try:
        assert read_article(str(path)).text == "a"
    except BantinError as error:
        assert "nested" in str(error)


@pytest.mark.parametrize("compression, pack", [(".gz", gzip.compress), (".bz2", bz2.compress), (".zst", zstandard.ZstdCompressor().compress)])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "txt", "json"])
def test_what_unpacks_to_much_is_bounded(monkeypatch, compression, pack, kind):
    """A bomb: 64 MB of spaces in a few kilobytes; with the limits set low no more than they allow is held."""
    import tracemalloc

    monkeypatch.setattr(dump, "MAX_ROW", 1 << 20)
    monkeypatch.setattr(dump, "MAX_DOCUMENT", 2 << 20)
    head = {"csv": b"text\n", "json": b'{"text": "', "jsonl": b'{"text": "', "txt": b""}[kind]
    bomb = pack(head + b" " * (64 << 20))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        found = list(dump.rows(dump.decompress(io.BytesIO(bomb), compression), kind))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20, f"{peak >> 20} MB held"
    assert len(found) == 1 and found[0].error and "longer than" in found[0].error


def test_a_bomb_does_not_take_its_neighbours_along(monkeypatch):
    monkeypatch.setattr(dump, "MAX_ROW", 1 << 16)
    lines = b'{"text": "a"}\n' + b'{"text": "' + b" " * (1 << 20) + b'"}\n' + b'{"text": "b"}\n'
    found = list(dump.rows(dump.decompress(io.BytesIO(gzip.compress(lines)), ".gz"), "jsonl"))
    assert [bool(row.error) for row in found] == [False, True, False]


# --- names ------------------------------------------------------------------------------------------

IDS = ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a/../../b", "C:\\x", "a\\..\\b", "a\0b", "~root", "-rf", "con", "a" * 300, "\u202etxt.exe", "a\nb", "%2e%2e/x", "....//x"]


@pytest.mark.parametrize("identity", IDS)
def test_no_id_leads_out_of_the_folder(tmp_path, identity):
    """Exports that name files by ids stay below their folder, and the id can be had back."""
    from bantin.export import brat

    name = brat.file_name(identity)
    target = (tmp_path / f"{name}.txt").resolve()
    assert target.is_relative_to(tmp_path.resolve()) and target != tmp_path
    assert "\0" not in name and not any(part in ("", ".", "..") for part in name.split("/"))


def test_an_id_of_an_article_is_a_name_and_no_path(tmp_path):
    for identity in IDS:
        made = article_from({"text": "Bí thư họp.", "id": identity}, "x", "fallback")
        assert made.id == (identity or "fallback")


# --- what goes out ----------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script> Huyện\nSáng 9-6, ông Lê Văn Tám, Chủ tịch UBND xã Hoà Sơn </title><img src=x onerror=alert(2)> \x1b[31mtrao\x1b[0m \x1b]0;x\x07 "
    "\x9b2J Giấy khen “<b>'\"&” cho 12 hộ. =cmd|' /C calc'!A0 \u202eđỏ\u202c"
)


@pytest.fixture(scope="module")
def hostile():
    from bantin import annotate

    made = annotate(HOSTILE, "2021-06", id="<id>'\"&")
    assert made["spans"]
    # As a labelled file may have it: the markup is inside spans, too.
    label = {
        "id": f"e{len(made['spans']) + 1}", "start": 0, "end": 25, "label": "TITLE", "surface": HOSTILE[:25], "confidence": 1.0, "rule": "<rule>",
        "role": "<i>", "body": None, "place": None, "former": False,
    }  # fmt: skip
    made["spans"].insert(0, label)
    made["title"] = HOSTILE.splitlines()[0]
    return made


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def test_html_shows_markup_and_obeys_none(hostile):
    from bantin.export import html

    page = b"".join(html.export([{**hostile, "text": HOSTILE}])).decode()
    parser = Tags()
    parser.feed(page)
    names = [tag for tag, _ in parser.tags]
    assert not {"script", "img", "iframe", "object", "embed", "form"} & set(names), names
    assert not any(key.startswith("on") for _, attributes in parser.tags for key in attributes)
    assert "&lt;script&gt;" in page
    assert "Content-Security-Policy" in page


def test_a_terminal_is_not_driven(hostile, capsys):
    from bantin.export.terminal import show

    show(hostile, HOSTILE, 100)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "\x07" not in shown and "\x9b" not in shown and "\u202e" not in shown
    assert "Lê Văn Tám" in shown


def test_a_terminal_with_colours_gets_none_of_the_articles_own(hostile):
    from bantin.export.terminal import render
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=100)
    console.print(render(hostile, HOSTILE, 100, True))
    out = console.file.getvalue()
    assert "\x1b]0;" not in out and "\x9b" not in out and "\x07" not in out and "\u202e" not in out


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")", "'=1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell):
    out = io.BytesIO()
    flat.write(out, "officials", [[cell, None, 1, "Lê Văn Tám", *[""] * 8]], "csv")
    row = next(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert row[0].startswith("'") and row[0][1:] == cell
    assert flat.plain(row[0]) == cell


@given(st.text(max_size=8))
def test_a_guarded_cell_can_be_had_back(cell):
    assert flat.plain(flat.safe(cell)) == cell
    assert flat.safe(cell)[:1] not in set("=+-@\t\r\n")


def test_exported_csv_has_no_formulas(hostile):
    from bantin.export import tables

    made = {**hostile, "id": "=1+1", "text": HOSTILE}
    for name, content in tables.export([made]):
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            assert not any(cell[:1] in ("=", "+", "@", "\t", "\r") for cell in row), (name, row)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_export_of_a_nasty_article_is_well_formed(hostile, name):
    """XML parses, JSON parses, files stay in their folder."""
    from xml.etree import ElementTree

    form = FORMATS[name]
    made = form.export([{**hostile, "text": HOSTILE}])
    files = list(made) if form.folder else [(name, b"".join(made))]
    assert files
    for path, content in files:
        assert not Path(path).is_absolute() and ".." not in Path(path).parts, path
        if content[:5] == b"<?xml" or path.endswith((".xml", ".tml")):
            ElementTree.fromstring(content)
        elif form.suffix.endswith("jsonl") and not form.folder:
            for line in content.decode().split("\n"):
                assert not line or json.loads(line)
        elif form.suffix.endswith("json") and not form.folder:
            json.loads(content)


# --- the web page -----------------------------------------------------------------------------------


def test_the_server_checks_who_asks_and_how_much():
    """The guard before the page (tests/test_serve.py has the rest): Host, Origin, size."""
    import asyncio

    from bantin.serve.guard import Guard

    async def page(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    def ask(headers: dict[str, str], body: bytes = b"", method: str = "POST") -> tuple[int, dict]:
        sent: list[dict] = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": "/", "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()]}
        asyncio.run(Guard(page, limit=100)(scope, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"])

    assert ask({"Host": "127.0.0.1:8000"})[0] == 200
    assert ask({"Host": "localhost:8000", "Origin": "http://localhost:8000"})[0] == 200
    assert ask({"Host": "evil.example"})[0] == 403, "DNS rebinding"
    assert ask({})[0] == 403
    assert ask({"Host": "localhost:8000", "Origin": "http://evil.example"})[0] == 403, "another site's page"
    assert ask({"Host": "localhost:8000", "Origin": "null"})[0] == 403
    assert ask({"Host": "localhost:8000"}, b"x" * 101)[0] == 413
    assert ask({"Host": "localhost:8000", "Content-Length": "1000000"})[0] == 413
    assert ask({"Host": "localhost:8000", "Content-Length": "-1"})[0] == 413
    assert b"content-security-policy" in ask({"Host": "localhost"})[1]
