"""Hub repositories, fetched from a small Hub of our own over real HTTP by the real client."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PROGRAM = """
import json, sys
from pathlib import Path
from novelgen.errors import NovelgenError
from novelgen.modeling.local_models import list_models
from novelgen.modeling.provisioning import find_local, pull
name, cache = sys.argv[1], Path(sys.argv[2])
seen = []
try:
    model = pull(name, cache, lambda p: seen.append([p.stage.value, p.bytes_done, p.bytes_total]))
except NovelgenError as error:
    said = {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}
else:
    said = {**model.as_json(), "found": str(find_local(name, cache))}
    said["listed"] = [record.name for record in list_models(cache) if record.is_local]
print(json.dumps({**said, "seen": seen}))
"""


class SmallHub(BaseHTTPRequestHandler):
    """The three questions that the client asks of a Hub: the commit, the tree, the files."""

    repositories: dict[str, Path]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        parts = self.path.partition("?")[0].strip("/").split("/")
        if parts[0] == "api":
            self._answer_api("/".join(parts[2:4]), parts[4])
        else:
            self._answer_file("/".join(parts[:2]), "/".join(parts[4:]))

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer_api(self, repository: str, question: str) -> None:
        folder = self.repositories.get(repository)
        if folder is None:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif question == "revision":
            self._send(200, json.dumps({"id": repository, "sha": COMMIT, "siblings": []}).encode())
        else:
            tree = [
                {"type": "file", "path": f.name, "size": f.stat().st_size, "oid": _oid(f)}
                for f in sorted(folder.iterdir())
            ]
            self._send(200, json.dumps(tree).encode())

    def _answer_file(self, repository: str, name: str) -> None:
        file = self.repositories[repository] / name
        self._send(200, file.read_bytes(), {"ETag": f'"{_oid(file)}"', "X-Repo-Commit": COMMIT})

    def _send(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _oid(file: Path) -> str:
    return f"{file.name.encode().hex():0<40}"[:40]


class Client:
    """A fresh process with its own Hub cache, pointed at the small Hub."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.cache = folder / "cache"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HF_")
        }
        self.environment |= {
            "HF_HOME": str(folder / "hf"),
            "HF_ENDPOINT": endpoint,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_ETAG_TIMEOUT": "5",
        }

    def pull(self, name: str, **environment: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, name, str(self.cache)],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""  # no bars, no warnings
        said: dict[str, Any] = json.loads(done.stdout)
        return said


@pytest.fixture
def hub(tmp_path: Path, model_dir: Path) -> Iterator[ThreadingHTTPServer]:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"pickle")
    (model_dir / "modeling_evil.py").write_text("raise SystemExit('this must never be fetched')")
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "weights.gguf").write_bytes(b"GGUF")
    SmallHub.repositories = {
        "some/model": model_dir,
        "some/pickled": pickled,
        "some/bare": bare,
    }
    SmallHub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), SmallHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(tmp_path: Path, hub: ThreadingHTTPServer) -> Client:
    return Client(tmp_path, f"http://127.0.0.1:{hub.server_port}")


def test_a_repository_is_fetched_and_then_needs_no_hub(
    client: Client, hub: ThreadingHTTPServer, model_dir: Path
) -> None:
    said = client.pull("some/model")
    directory = Path(said["directory"])
    assert {path.name for path in directory.iterdir()} == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
    }
    weights = (model_dir / "model.safetensors").read_bytes()
    assert (directory / "model.safetensors").read_bytes() == weights
    stages = list(dict.fromkeys(stage for stage, _, _ in said["seen"]))
    assert stages == ["download", "check", "done"]
    done, total = max((done, total) for _, done, total in said["seen"])
    assert done == total > len(weights)
    assert said["listed"][-1] == "some/model"

    SmallHub.asked.clear()
    again = client.pull("some/model")
    assert SmallHub.asked == []
    assert again["fingerprint"] == said["fingerprint"]
    assert client.pull("some/model", HF_HUB_OFFLINE="1")["found"] == str(directory)


def test_pickled_repositories_are_refused_unfetched(client: Client) -> None:
    said = client.pull("some/pickled")
    assert said["error"] == "ModelError"
    assert "can run code" in said["message"]
    assert not any("resolve" in path and "bin" in path for path in SmallHub.asked)


def test_a_repository_that_is_no_language_model_is_refused(client: Client) -> None:
    assert "config.json" in client.pull("some/bare")["message"]


def test_an_unknown_repository_is_not_found(client: Client) -> None:
    said = client.pull("some/typo")
    assert said["error"] == "NotFoundError"
    assert "some/typo" in said["message"]


def test_offline_and_out_of_reach_say_what_to_do(client: Client, hub: ThreadingHTTPServer) -> None:
    for environment in ({"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}):
        said = client.pull("some/model", **environment)
        assert said["error"] == "ModelError"
        assert "could not be reached" in said["message"]
        assert "127.0.0.1" not in said["message"] + said["remedy"]
        assert "novelgen models pull smollm2-135m" in said["remedy"]
    assert SmallHub.asked == []


def test_a_snapshot_cut_short_is_fetched_again(client: Client) -> None:
    first = Path(client.pull("some/model")["directory"])
    (first / "model.safetensors").unlink()
    said = client.pull("some/model")
    assert (Path(said["directory"]) / "model.safetensors").is_file()
