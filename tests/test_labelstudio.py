"""Label Studio for real: a server on loopback, a project with our configuration and predictions, one
correction through its API, its export, and the correction in gold."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path

import bantin
import pytest
from bantin.export.labelstudio import config

ROOT = Path(__file__).parent.parent
TOKEN = "0123456789abcdef0123456789abcdef01234567"
TEXTS = {
    "plain": "Sáng 9-6, đồng chí Lê Văn Tám, Bí thư Huyện ủy Mộc Châu, trao Giấy khen cho 12 hộ dân xã Tân Lập.",
    "nfd": unicodedata.normalize("NFD", "  😀 Ông Lò Văn Ân, Chủ tịch UBND xã Hoà Sơn, nhận Huân chương Lao động hạng Nhất năm 2021.\n"),
    "crlf": "Tin ngắn 👩\u200d👩\r\n\r\nĐồng chí Hà Thị Mai, Bí thư Tỉnh ủy Sơn La, phát biểu ngày 3-2.\r\n",
}


def program() -> str | None:
    """Label Studio's program: BANTIN_LABEL_STUDIO, on the path, or in the environment that we made."""
    for path in (os.environ.get("BANTIN_LABEL_STUDIO"), shutil.which("label-studio")):
        if path and Path(path).exists():
            return path
    return None


pytestmark = [pytest.mark.full, pytest.mark.skipif(program() is None, reason="no label-studio (in an environment of its own: pip install label-studio; set BANTIN_LABEL_STUDIO)")]


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


class Studio:
    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and "proxy" not in key.lower()}
        environment |= {
            "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
            "COLLECT_ANALYTICS": "0",
            "SENTRY_RATE": "0",
            "FRONTEND_SENTRY_RATE": "0",
            "LATEST_VERSION_CHECK": "0",
            "HOME": str(folder),
            "ML_BLOCK_LOCAL_IP": "false",
            "SSRF_PROTECTION_ENABLED": "false",
            "XDG_DATA_HOME": str(folder),
        }
        command = [str(program()), "start", "--no-browser", "--data-dir", str(folder), "--internal-host", "127.0.0.1", "--port", self.url.rpartition(":")[2]]
        command += ["--username", "reviewer@example.org", "--password", "tam-thoi-1234", "--user-token", TOKEN, "--enable-legacy-api-token", "--log-level", "ERROR"]
        self.log = folder / "log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, env=environment, cwd=folder, stdout=out, stderr=out, start_new_session=True)

    def ask(self, path: str, body=None, method: str | None = None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"authorization": f"Token {TOKEN}", "content-type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()[:500]!r}") from None

    def wait(self, seconds: int = 240) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            with contextlib.suppress(AssertionError, OSError, ValueError):
                self.ask("/api/projects")
                return
            time.sleep(1)
        raise AssertionError("label-studio did not come up")

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    made = Studio(tmp_path_factory.mktemp("label-studio"))
    try:
        made.wait()
        yield made
    finally:
        made.stop()


def bantin_says(*arguments: str) -> str:
    made = subprocess.run([sys.executable, "-m", "bantin.cli", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert made.returncode == 0, made.stderr
    return made.stdout


def test_predictions_in_a_correction_out_and_into_gold(studio, tmp_path):
    records = tmp_path / "records.jsonl"
    made = [{**bantin.annotate(text, published="2021-06", id=name), "text": text} for name, text in TEXTS.items()]
    records.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in made), encoding="utf-8")
    tasks = json.loads(bantin_says("export", str(records), "--to", "labelstudio"))

    project = studio.ask("/api/projects", {"title": "bantin", "label_config": bantin_says("labelstudio")})["id"]
    studio.ask(f"/api/projects/{project}/import", tasks)
    stored = studio.ask(f"/api/tasks?project={project}&fields=all")["tasks"]
    assert len(stored) == len(TEXTS)

    # A reviewer takes every prediction over as it is, but for one: there the person's name is
    # shortened, the date gets another value, a mark is added and the award goes.
    for task in stored:
        prediction = studio.ask(f"/api/predictions?task={task['id']}")[0]
        result = prediction["result"]
        if task["data"]["id"] == "plain":
            person = next(r for r in result if r["type"] == "labels" and r["value"]["labels"] == ["OFFICIAL"])
            person["value"]["start"] += len("Lê ")
            person["value"]["text"] = "Văn Tám"
            date = next(r for r in result if r["from_name"] == "value" if r["type"] == "textarea")
            date["value"]["text"] = ["2020-06-09"]
            award = next(r["id"] for r in result if r["type"] == "labels" and r["value"]["labels"] == ["AWARD"])
            result = [r for r in result if award not in (r.get("id"), r.get("from_id"), r.get("to_id"))]
            start = TEXTS["plain"].index("hộ dân")  # drawn with the space after it
            result.append({"id": "Zk3_x", "from_name": "label", "to_name": "text", "type": "labels", "value": {"start": start, "end": start + 7, "text": "hộ dân ", "labels": ["PLACE"]}})
        studio.ask(f"/api/tasks/{task['id']}/annotations", {"result": result, "parent_prediction": prediction["id"]})

    exported = tmp_path / "export.json"
    exported.write_text(json.dumps(studio.ask(f"/api/projects/{project}/export?exportType=JSON")), encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    bantin_says("import", str(exported), "--from", "labelstudio", "--articles", str(records), "--out", str(gold))
    back = {each["id"]: each for each in map(json.loads, gold.read_text(encoding="utf-8").splitlines())}

    from bantin.export.document import as_gold

    for record in made:
        if record["id"] != "plain":  # what nobody changed comes back to the character
            expected = as_gold(record)
            assert back[record["id"]]["text"] == record["text"]
            assert back[record["id"]]["spans"] == expected["spans"]
            assert sorted(map(str, back[record["id"]]["relations"])) == sorted(map(str, expected["relations"]))
    before = {(s["label"], s["surface"], s.get("value")) for s in as_gold(made[0])["spans"]}
    after = {(s["label"], s["surface"], s.get("value")) for s in back["plain"]["spans"]}
    gone, come = before - after, after - before
    assert ("OFFICIAL", "Lê Văn Tám", None) in gone and ("OFFICIAL", "Văn Tám", None) in come
    assert ("DATE", "Sáng 9-6", "2020-06-09") in come and ("AWARD", "Giấy khen", None) in gone
    assert ("PLACE", "hộ dân", None) in come
    assert not [r for r in back["plain"]["relations"] if r["type"] == "award"]
    # The gold can be scored.
    assert json.loads(bantin_says("eval", "--gold", str(gold), "--pred", str(records), "--json", "-", "--resamples", "20"))


def test_label_studio_takes_the_server_as_its_backend(studio):
    from test_serve import Server

    server = Server()
    try:
        project = studio.ask("/api/projects", {"title": "backend", "label_config": config()})["id"]
        studio.ask(f"/api/projects/{project}/import", [{"data": {"text": TEXTS["nfd"], "id": "nfd", "title": "nfd", "published": "2021-06"}}])
        backend = studio.ask("/api/ml", {"project": project, "url": server.url, "title": "bantin", "is_interactive": True})
        assert studio.ask(f"/api/ml/{backend['id']}")["state"] == "CO"  # connected: /health and /setup answered
        task = studio.ask(f"/api/tasks?project={project}&fields=all")["tasks"][0]
        answer = studio.ask(f"/api/ml/{backend['id']}/interactive-annotating", {"task": task["id"]})
        regions = [r for r in answer["data"]["result"] if r["type"] == "labels"]
        assert [TEXTS["nfd"][r["value"]["start"] : r["value"]["end"]] for r in regions] == [r["value"]["text"] for r in regions] != []
    finally:
        said = server.stop()
    assert TOKEN not in said
