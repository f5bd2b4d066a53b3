"""A server, an engine that asks it, and an observer that keeps what it was shown."""

from collections.abc import Callable, Iterator

import pytest

from novelgen.engine.protocol import QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.naming import Server
from novelgen.remote.remote_engine import RemoteEngine, open_remote_engine
from novelgen.server_settings import ServerSettings
from tests.remote.openai_server import MODEL, OpenAIServer

EngineMaker = Callable[..., RemoteEngine]


class Recorder(QuietObserver):
    """Keeps what stands of each row; stops once `stop_when` holds, rejects rows by their text."""

    def __init__(
        self,
        stop_when: Callable[[], bool] = lambda: False,
        rejects: Callable[[int, str], bool] = lambda row, text: False,
    ) -> None:
        self.texts: dict[int, str] = {}
        self.voids: list[int] = []
        self._stop_when, self._rejects = stop_when, rejects

    def on_text(self, row: int, text: str) -> None:
        assert text
        self.texts[row] = self.texts.get(row, "") + text

    def on_void(self, row: int) -> None:
        self.voids.append(row)
        self.texts[row] = ""

    def should_stop(self) -> bool:
        return self._stop_when()

    def rejected_rows(self) -> set[int]:
        return {row for row, text in self.texts.items() if self._rejects(row, text)}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def make_engine(server: OpenAIServer) -> EngineMaker:
    """Opens an engine of the server, by these settings; it does not wait long."""

    def make(
        meter: SpendingMeter | None = None,
        narrate: Callable[[str], None] | None = None,
        **settings: object,
    ) -> RemoteEngine:
        fields = {"url": server.url, "model": MODEL, "retry_seconds": 0.001, **settings}
        desk = Server("server:desk", "desk", ServerSettings.model_validate(fields))
        return open_remote_engine(
            desk, PromptLibrary(), segment_size=64, meter=meter, narrate=narrate
        )

    return make


def request(
    brief: str = "Tell of the sea.",
    tail: str = "",
    rows: int = 1,
    max_new_tokens: int = 200,
    max_words: int | None = None,
    stop_strings: tuple[str, ...] = (),
    sampling: SamplingParams | None = None,
) -> DecodeRequest:
    return DecodeRequest(
        memory=None,
        brief=brief,
        tail=tail,
        sampling=sampling or SamplingParams(min_p=0.05, repetition_penalty=1.1),
        stream_keys=tuple(stream_key(5, "test", [row]) for row in range(rows)),
        max_new_tokens=max_new_tokens,
        max_words=max_words,
        stop_strings=stop_strings,
    )
