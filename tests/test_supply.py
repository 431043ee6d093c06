"""What is installed beside bantin: pinned, compatible with Apache-2.0, quiet; and no data that is code."""

import ast
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

PINNED = dict(re.findall(r"(?m)^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text()))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- no network -------------------------------------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch):
    """Sockets cannot be made nor names looked up (AF_UNIX is the machine's own)."""
    real = socket.socket

    class Refused(real):
        def __init__(self, family=socket.AF_INET, *rest, **more):
            if family not in (getattr(socket, "AF_UNIX", None),):
                raise AssertionError("a socket was opened")
            super().__init__(family, *rest, **more)

    def refuse(*arguments, **more):
        raise AssertionError(f"a name was looked up: {arguments[:1]}")

    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_guard_of_this_test_works(no_network):
    import urllib.request

    with pytest.raises(AssertionError):
        urllib.request.urlopen("http://127.0.0.1:9")
    with pytest.raises(AssertionError):
        socket.socket()


OFFLINE = """
import socket, sys
def refuse(*a, **k):
    print('the network was asked', file=sys.stderr)
    raise SystemExit(9)
class Refused(socket.socket):
    # spaCy imports urllib3, which makes an IPv6 socket and binds it to ::1 to see whether that can be done.
    connect = connect_ex = sendto = sendmsg = listen = refuse
socket.socket = Refused
socket.create_connection = socket.getaddrinfo = refuse
from bantin.annotator import annotate, load
made = annotate(open(sys.argv[1], encoding='utf-8').read(), '2021-06')
assert len(made['officials']) == 3
doc = load()('Ông Lê Văn Tám, Bí thư Huyện uỷ, họp ngày 9-6-2021.')
assert doc.spans['dates']
from bantin.cli import main
sys.argv = ['bantin', 'annotate', sys.argv[1], '--format', 'json']
main()
"""


def test_nothing_asks_the_network():
    """Library, spaCy pipeline and command line in a fresh process whose sockets refuse."""
    done = subprocess.run([sys.executable, "-c", OFFLINE, str(ROOT / "corpus" / "sample.txt")], capture_output=True, timeout=300, check=False)
    assert b"the network was asked" not in done.stderr
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert b'"officials"' in done.stdout


def test_the_slow_way_asks_no_network_either(no_network):
    from bantin.text.words import tokenizer

    assert tokenizer()("bản tin", use_token_normalize=False)


# --- data is data -----------------------------------------------------------------------------------

NO_CALLS = {"eval", "exec", "compile", "__import__"}
NO_MODULES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}


def calls(path: Path) -> set[str]:
    """Names of what a file calls or imports that could make code of data."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NO_CALLS:
            found.add(node.func.id)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in NO_MODULES}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in NO_MODULES:
            found.add(node.module)
        elif isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "shell") and isinstance(node.value, ast.Constant) and node.value.value is True:
            found.add(node.arg)
    return found


def test_no_file_of_the_package_makes_code_of_data():
    for root in ("pipeline", "models", "eval"):
        for path in (ROOT / root).rglob("*.py"):
            if path.name == "fastwords.py":
                # It reads underthesea's own files, whose bytes it knows (the next test).
                assert calls(path) == {"exec", "compile", "pickle"}
            else:
                assert not calls(path), path


def test_no_byte_of_underthesea_is_run_or_unpickled_that_is_not_the_known_one(monkeypatch):
    from bantin.text import fastwords

    def never(*arguments):
        raise AssertionError("unpickled before its hash was checked")

    for name in fastwords.FILES:
        monkeypatch.setitem(fastwords.FILES, name, "0" * 64)
        monkeypatch.setattr(fastwords.pickle, "loads", never)
        with pytest.raises(fastwords.Unproven):
            fastwords.load()
        monkeypatch.undo()


@pytest.mark.parametrize(
    "line, caught",
    [("eval('1')", "eval"), ("import pickle", "pickle"), ("from joblib import load", "joblib"), ("np.load(f, allow_pickle=True)", "allow_pickle"), ("run(x, shell=True)", "shell")],
)
def test_that_guard_catches(tmp_path, line, caught):
    path = tmp_path / "a.py"
    path.write_text(line)
    assert calls(path) == {caught}


def test_models_and_lexicons_are_tables_json_and_arrays():
    kinds = {path.suffix for path in (ROOT / "models" / "bantin_models").iterdir() if path.is_file()}
    assert kinds <= {".py", ".json", ".npy", ".md"}
    assert (ROOT / "models" / "bantin_models" / "weights.npy").read_bytes()[:6] == b"\x93NUMPY"
    for folder in (ROOT / "pipeline" / "bantin").glob("*/lexicon"):
        assert {path.suffix for path in folder.iterdir() if path.is_file()} <= {".tsv", ".txt", ".py"}


# --- pins and licences ------------------------------------------------------------------------------


def test_everything_required_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)}
    pinned = {normal(name) for name in PINNED}
    missing = {normal(re.match(r"[\w.-]+", each)[0]) for each in wanted} - pinned - {"bantin"}
    assert not missing, f"constraints.txt lacks {', '.join(sorted(missing))}"


def test_constraints_name_no_registry_and_no_range():
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.+!]+", line), line


def test_the_licences_of_all_that_is_installed_are_listed_and_compatible():
    import licences

    found = licences.installed(PINNED)
    assert {"underthesea-core", "spacy", "numpy"} <= {normal(name) for name, _, _ in found}
    of = licences.purposes()
    wrong = [f"{name} {version}: {licence}" for name, version, licence in found if not licences.compatible(licence) and name not in licences.TESTS_ONLY]
    assert not wrong, wrong
    for name in licences.TESTS_ONLY:
        assert of[normal(name)] <= {"test", "bench"}, f"{name} is asked for by {of[normal(name)]}"
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for name, _, _ in found:
        assert re.search(rf"(?m)^\| {re.escape(name)} \|", listed), f"{name}: run python docs/licences.py"


@pytest.mark.parametrize(
    "licence, good",
    [("MIT", True), ("Apache-2.0 OR BSD-3-Clause", True), ("GPL-3.0-or-later", False), ("LGPL-3.0", True), ("MPL-2.0", True),
     ("UNKNOWN", False), ("MIT AND GPL-2.0", False), ("GPL-3.0 OR MIT", True), ("AGPLv3+", False)],
)
def test_what_is_compatible(licence, good):
    import licences

    assert licences.compatible(licence) is good


def test_the_open_question_of_underthesea_core_is_stated():
    """Its wheel says Apache-2.0 in METADATA and GPL in its SBOM; if that changes the README must."""
    import licences

    said = licences.underthesea_core()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert said["metadata"] == "Apache-2.0"
    if "GPL" in said["sbom"]:
        assert "bill of materials" in readme and "underthesea-core" in readme.replace("_", "-")
        assert said["sbom"] in listed
