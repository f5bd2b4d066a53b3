"""One connection to the resident engine: answers what a client asks, in order.

A client opens an engine, then calls it; while a decode goes on it is sent the text and may ask to
stop, or to stop single rows. Errors of the product go to the client; the session goes on.
"""

import logging
from collections.abc import Callable, Collection
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from novelgen.engine.messages import (
    info_as_json,
    memory_as_json,
    memory_from_json,
    request_from_json,
    result_as_json,
)
from novelgen.engine.protocol import Engine
from novelgen.engine.values import ChatMessage
from novelgen.errors import DeviceFailed, ModelError, NovelgenError
from novelgen.resident.order import EngineOrder, FitQuestion
from novelgen.resident.turns import WaitCancelled
from novelgen.resident.wire import (
    Message,
    PeerGone,
    error_message,
    has_message,
    receive,
    send,
)

if TYPE_CHECKING:
    from novelgen.resident.server import EngineServer

_SAID_DURING_A_DECODE = frozenset({"cancel", "reject"})
_log = logging.getLogger(__name__)


class Session:
    """Serves one client until it leaves."""

    def __init__(self, server: "EngineServer", connection: Connection) -> None:
        self._server, self._connection = server, connection
        self._order: EngineOrder | None = None
        self._answers: dict[str, Callable[[Message], Message]] = {
            "status": lambda _: server.status(),
            "stop": self._stop,
            "retire": self._retire,
            "drop_unheld": self._drop_unheld,
            "open": self._open,
            "count_tokens": lambda asked: self._value(
                lambda engine: engine.count_tokens(asked["text"])
            ),
            "count_prompt_tokens": lambda asked: self._value(
                lambda engine: engine.count_prompt_tokens(asked["brief"], asked["tail"])
            ),
            "render_chat": lambda asked: self._value(
                lambda engine: engine.render_chat(
                    [ChatMessage(**message) for message in asked["messages"]],
                    asked["reply_start"],
                )
            ),
            "initial_memory": lambda _: self._computed(
                lambda engine: memory_as_json(engine.initial_memory())
            ),
            "write": self._write,
            "scores": self._scores,
            "decode": self._decode,
        }

    def run(self) -> None:
        """Answer until the client leaves. Raises `PeerGone` then."""
        try:
            while True:
                asked = receive(self._connection)
                if asked["do"] not in _SAID_DURING_A_DECODE:  # those came too late
                    send(self._connection, self._answer(asked))
        finally:
            if self._order is not None:
                self._server.shelf.release(self._order)

    def _answer(self, asked: Message) -> Message:
        try:
            return self._answers[asked["do"]](asked)
        except (PeerGone, WaitCancelled):
            raise
        except Exception as error:  # noqa: BLE001 - told to the client, and the session goes on
            if not isinstance(error, NovelgenError):
                _log.exception("the resident engine failed at %s", asked.get("do"))
            if isinstance(error, DeviceFailed):  # a process never gets such a device back
                _log.error("the resident engine ends: %s", error.message)
                self._server.retire()
            return error_message(error)

    def _open(self, asked: Message) -> Message:
        order, question = EngineOrder(**asked["order"]), FitQuestion.from_json(asked["question"])
        self._server.keep_seconds = asked["keep_seconds"]
        loaded, was_warm = self._server.shelf.hold(order, question)
        if self._order is not None:
            self._server.shelf.release(self._order)
        self._order = order
        info = info_as_json(loaded.engine.info)
        return {"info": info, "fit": loaded.fit, "was_warm": was_warm}

    def _stop(self, _: Message) -> Message:
        self._server.stop()
        return {}

    def _retire(self, _: Message) -> Message:
        self._server.retire()
        return {}

    def _drop_unheld(self, _: Message) -> Message:
        self._server.shelf.drop_unheld()
        return {}

    def _value(self, ask: Callable[[Engine], Any]) -> Message:
        """What needs no computing does not wait for another client's turn to end."""
        engine = self._server.shelf.at_hand(self._opened())
        if engine is not None:
            return {"value": ask(engine)}
        return self._computed(ask)

    def _computed(self, ask: Callable[[Engine], Any]) -> Message:
        with self._server.shelf.computing(self._opened(), self._is_here) as engine:
            return {"value": ask(engine)}

    def _write(self, asked: Message) -> Message:
        memory = memory_from_json(asked["memory"])
        return self._computed(lambda engine: memory_as_json(engine.write(memory, asked["segment"])))

    def _scores(self, asked: Message) -> Message:
        memory = memory_from_json(asked["memory"])
        return self._computed(
            lambda engine: engine.scores(memory, asked["brief"], asked["tail"], asked["texts"])
        )

    def _decode(self, asked: Message) -> Message:
        request, observer = request_from_json(asked["request"]), _Relay(self._connection)
        try:
            shelf = self._server.shelf
            with shelf.computing(self._opened(), observer.is_wanted, observer.on_wait) as engine:
                result = engine.decode(request, observer)
        except WaitCancelled:
            return {"was_cancelled": True}
        observer.flush()
        return {"value": result_as_json(result)}

    def _opened(self) -> EngineOrder:
        if self._order is None:
            raise ModelError("No engine was opened on this connection.")
        return self._order

    def _is_here(self) -> bool:
        # Between its call and the answer a client says nothing: what can be read is its end.
        return not has_message(self._connection, 0)


class _Relay:
    """The observer of a decode: sends text a step at a time, and hears a client that stops it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: list[tuple[int, str]] = []
        self._is_cancelled = False
        self._rejected: set[int] = set()

    def on_text(self, row: int, text: str) -> None:
        self._texts.append((row, text))

    def on_void(self, row: int) -> None:
        """Never called: no model of this machine begins a row anew."""

    def on_wait(self, is_waiting: bool) -> None:
        send(self._connection, {"is_waiting": is_waiting})

    def should_stop(self) -> bool:
        self.flush()
        return not self.is_wanted()

    def rejected_rows(self) -> Collection[int]:
        return self._rejected  # as of the last question whether to stop

    def is_wanted(self) -> bool:
        while not self._is_cancelled and has_message(self._connection, 0):
            said = receive(self._connection)  # raises when the client is gone
            self._is_cancelled = said["do"] == "cancel"
            self._rejected.update(said.get("rows", ()))
        return not self._is_cancelled

    def flush(self) -> None:
        """Send what there is."""
        if self._texts:
            send(self._connection, {"texts": self._texts})
            self._texts = []
