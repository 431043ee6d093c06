"""The command line as a user meets it: what is said, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample.txt"


def run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bantin.cli", *arguments], input=stdin, capture_output=True, timeout=120, check=False)


def refused(result: subprocess.CompletedProcess, code: int, reason: str) -> None:
    said = result.stderr.decode()
    assert result.returncode == code, said
    assert reason in said
    assert len(said.strip().splitlines()) == 1, said
    assert "Traceback" not in said
    assert not result.stdout


def test_json_on_stdout_and_nothing_else():
    result = run("annotate", str(SAMPLE), "--published", "2021-06", "--format", "json")
    assert result.returncode == 0 and not result.stderr
    made = json.loads(result.stdout)
    assert made["id"] == "sample" and made["published"] == "2021-06"


def test_standard_input_and_a_json_object():
    result = run("annotate", "-", "--format", "json", stdin=json.dumps({"text": "Ông Lê Văn Tám, Bí thư Huyện ủy.", "id": "a1"}).encode())
    assert json.loads(result.stdout)["id"] == "a1"


def test_the_tables_name_people_and_values():
    shown = run("annotate", str(SAMPLE), "--published", "2021-06", "--width", "100").stdout.decode()
    for part in ("Lường Văn Quyền", "Bí thư Huyện ủy", "2021-06-09", "Giấy khen", "6 tập thể"):
        assert part in shown


@pytest.mark.parametrize(
    "name, content, code, reason",
    [
        ("missing.txt", None, 1, "No such file"),
        ("empty.txt", b" \n", 1, "empty"),
        ("latin.txt", b"Tin v\xe9 x\xe3", 1, "invalid UTF-8 at byte 5"),
        ("zero.bin", b"\x7fELF\x00\x01", 1, "zero byte at byte 4"),
        ("utf16.txt", "Tin".encode("utf-16"), 1, "UTF-16"),
        ("object.json", b'{"title": "x"}', 1, "no 'text'"),
        ("number.json", b'{"text": 5}', 1, "not a string"),
        ("broken.json", b'{"text": "x"', 1, "not JSON"),
        ("blank.json", b'{"text": " "}', 1, "empty"),
        ("date.json", b'{"text": "x", "published": "2021-02-30"}', 1, "2021-02-30"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path, name, content, code, reason):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    refused(run("annotate", str(path)), code, reason)


def test_a_directory_is_named(tmp_path):
    refused(run("annotate", str(tmp_path)), 1, "is a directory")


def test_wrong_usage_is_exit_2():
    refused(run("annotate", str(SAMPLE), "--published", "2021-13"), 2, "2021-13")
    refused(run("annotate", str(SAMPLE), "--format", "pdf"), 2, "pdf")
    assert run("annotate", "--nosuch").returncode == 2


def test_every_command_has_help():
    listing = run("--help").stdout.decode()
    for command in ("annotate", "batch", "train", "eval", "corpus"):
        assert command in listing
        text = run(command, "--help").stdout.decode()
        assert "Usage" in text and len(text) > 200
