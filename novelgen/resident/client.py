"""`ResidentEngine`: an `Engine` whose work is done by the resident process. Loads no torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from novelgen.engine.messages import (
    info_from_json,
    memory_as_json,
    memory_from_json,
    request_as_json,
    result_from_json,
)
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.values import (
    Candidate,
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    FinishReason,
    MemoryState,
)
from novelgen.errors import ModelError
from novelgen.resident.order import EngineOrder, FitQuestion
from novelgen.resident.wire import (
    Message,
    PeerGone,
    has_message,
    raise_error,
    receive,
    send,
)

_SECONDS_BETWEEN_QUESTIONS = 0.05
"""How often an observer is asked whether to stop while no text comes."""
_SECONDS_AFTER_A_STOP = 10.0
"""How long an engine that was told to stop may say nothing before it is given up."""

_SAID_WHILE_LOADING = {
    2.0: "Loading the model.",
    15.0: "Still loading. The first time, drawing is compiled for this processor: half a minute.",
}
"""By seconds of waiting."""


class EngineGone(ModelError):
    """The resident process ended while it was asked for something."""

    def __init__(self) -> None:
        super().__init__(
            "The engine's process ended, or does not answer; perhaps memory ran out.",
            "What was written is kept: go on with `novelgen resume`. `novelgen engine status` "
            "names the file with what the process said.",
        )


class ResidentClient:
    """One connection to the resident process. One call at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(
        self, do: str, on_delay: Mapping[float, Callable[[], None]] | None = None, **fields: Any
    ) -> Message:
        """Ask for something and wait for the answer.

        `on_delay` has what is called when there is no answer after so many seconds, in order.
        Raises the product's errors as the process raised them, `EngineGone` when it has ended.
        """
        with _whole_calls(self._connection):
            send(self._connection, {"do": do, **fields})
            waited = 0.0
            for seconds, call in (on_delay or {}).items():
                if has_message(self._connection, seconds - waited):
                    break
                waited = seconds
                call()
            answer = receive(self._connection)
        raise_error(answer)
        return answer

    def ask_watched(self, do: str, observer: DecodeObserver | None, **fields: Any) -> Message:
        """The same, for an answer before which text comes that an observer is shown."""
        with _whole_calls(self._connection):
            send(self._connection, {"do": do, **fields})
            answer = self._watch(observer)
        raise_error(answer)
        return answer

    def close(self) -> None:
        """Leave; the engine stays warm."""
        self._connection.close()

    def _watch(self, observer: DecodeObserver | None) -> Message:
        is_cancelled, patience = False, _SECONDS_AFTER_A_STOP
        rejected: set[int] = set()
        while True:
            if observer is not None and not is_cancelled:
                is_cancelled = self._tell(observer, rejected)
            if not has_message(self._connection, _SECONDS_BETWEEN_QUESTIONS):
                patience -= _SECONDS_BETWEEN_QUESTIONS * is_cancelled
                if patience < 0:
                    raise PeerGone
                continue
            message = receive(self._connection)
            if "is_waiting" in message:
                if observer is not None:
                    observer.on_wait(message["is_waiting"])
                continue
            if "texts" not in message:
                return message
            for row, text in message["texts"]:
                if observer is not None:
                    observer.on_text(row, text)

    def _tell(self, observer: DecodeObserver, rejected: set[int]) -> bool:
        """Pass on what an observer wants, newly `rejected` rows once; whether it wants an end."""
        if observer.should_stop():
            send(self._connection, {"do": "cancel"})
            return True
        fresh = sorted(set(observer.rejected_rows()) - rejected)
        if fresh:
            send(self._connection, {"do": "reject", "rows": fresh})
            rejected.update(fresh)
        return False


@contextmanager
def _whole_calls(connection: Connection) -> Iterator[None]:
    """A call that is left in the middle leaves nothing behind that the next could misread."""
    try:
        yield
    except PeerGone as error:
        connection.close()
        raise EngineGone from error
    except BaseException:
        connection.close()
        raise


class ResidentEngine:
    """An `Engine` in the resident process."""

    def __init__(self, client: ResidentClient, info: EngineInfo) -> None:
        self._client, self._info = client, info

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return int(self._client.ask("count_tokens", text=text)["value"])

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return int(self._client.ask("count_prompt_tokens", brief=brief, tail=tail)["value"])

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        plain = [{"role": message.role, "content": message.content} for message in messages]
        return str(
            self._client.ask("render_chat", messages=plain, reply_start=reply_start)["value"]
        )

    def initial_memory(self) -> MemoryState:
        return memory_from_json(self._client.ask("initial_memory")["value"])

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        answer = self._client.ask_watched("decode", observer, request=request_as_json(request))
        if "was_cancelled" in answer:
            return cancelled_result(request)
        return result_from_json(answer["value"])

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        answer = self._client.ask("write", memory=memory_as_json(memory), segment=segment)
        return memory_from_json(answer["value"])

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        packed = memory_as_json(memory)
        answer = self._client.ask("scores", memory=packed, brief=brief, tail=tail, texts=[*texts])
        return tuple(answer["value"])

    def close(self) -> None:
        """Leave the process; its model stays warm."""
        self._client.close()


def open_engine(
    client: ResidentClient,
    order: EngineOrder,
    question: FitQuestion,
    keep_seconds: float,
    narrate: Callable[[str], None],
) -> ResidentEngine:
    """Have an engine made ready. Raises what loading it raises."""
    answer = client.ask(
        "open",
        {seconds: partial(narrate, text) for seconds, text in _SAID_WHILE_LOADING.items()},
        order=order.as_json(),
        question=question.as_json(),
        keep_seconds=keep_seconds,
    )
    if answer["was_warm"]:
        narrate(f"{order.model}: still loaded.")
    else:
        narrate(f"{order.model}: {answer['fit']}")
    return ResidentEngine(client, info_from_json(answer["info"]))


def cancelled_result(request: DecodeRequest) -> DecodeResult:
    """What a decode gives that was cancelled before its turn came."""
    nothing = Candidate("", 0, 0.0, FinishReason.CANCELLED)
    return DecodeResult(tuple(nothing for _ in request.stream_keys), 0, 0.0)
