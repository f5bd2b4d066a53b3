"""Against a real server, where one is named.

`NOVELGEN_TEST_OPENAI_URL` is its address (with `/v1`), `NOVELGEN_TEST_OPENAI_MODEL` its model; else
it is the first that it lists.
"""

import os

import pytest

from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import ChatMessage, FinishReason
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.checking import check_server
from novelgen.remote.naming import Server, server_named
from novelgen.remote.probing import probe
from novelgen.remote.remote_engine import open_remote_engine
from novelgen.text.words import count_words
from tests.conftest import CommandLine
from tests.remote.conftest import Recorder, request

URL = os.environ.get("NOVELGEN_TEST_OPENAI_URL", "")
pytestmark = [
    pytest.mark.skipif(not URL, reason="NOVELGEN_TEST_OPENAI_URL names no server"),
    pytest.mark.timeout(1200),
]


@pytest.fixture(scope="module")
def desk() -> Server:
    model = os.environ.get("NOVELGEN_TEST_OPENAI_MODEL", "")
    if not model:
        model = probe(server_named(f"server:{URL}#any", {}), None).models[0]
    return server_named(f"server:{URL}#{model}", {})


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
    assert meter.total.requests == 2
    stopped = engine.decode(asked, Recorder(stop_when=lambda: True))
    assert {each.finish_reason for each in stopped.candidates} == {FinishReason.CANCELLED}


def test_a_short_novel(novelgen: CommandLine, desk: Server) -> None:
    made = novelgen(
        "new", "--model", desk.name, "--title", "The Keeper", "--premise",
        "A keeper finds a letter.", "--target-words", "400", "--chapters", "1", "--seed", "1",
    )  # fmt: skip
    assert "Spent at" in made.stderr
    assert count_words(novelgen("export", "The Keeper", "--output", "-").stdout) > 250
