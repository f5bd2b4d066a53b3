"""A server on loopback that speaks OpenAI's interface, and misbehaves when it is told to.

Each fault is for one request; when none is left, it answers. Prose comes from the grammar of the
scripted engine, by what is asked and the seed.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from types import TracebackType
from typing import Any

from novelgen.engine.randomness import uniforms
from novelgen.engine.scripted_grammar import pieces

MODEL = "desk-model"
_CHARS_PER_CHUNK = 48

Fault = Callable[["Answer"], None]


class Answer:
    """The answer to one request, which a fault may write instead."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: "OpenAIServer", body: Any) -> None:
        self._handler = handler
        self.server = server
        self.body = body
        self.is_chat = handler.path.endswith("/chat/completions")

    def status(self, code: int, document: Any, headers: dict[str, str] | None = None) -> None:
        data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        self._handler.send_response(code)
        kind = "text/html" if isinstance(document, str) else "application/json"
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(len(data)))
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def begin(self) -> None:
        """The headers of a stream."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def raw(self, text: str) -> None:
        data = text.encode()
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self._handler.wfile.flush()

    def event(self, document: Any) -> None:
        self.raw(f"data: {json.dumps(document)}\n\n")

    def delta(self, text: str, name: str = "content") -> None:
        inner = {"delta": {name: text}} if self.is_chat else {"text": text}
        self.event({"choices": [{"index": 0, "finish_reason": None, **inner}]})

    def finish(self, reason: str = "stop", usage: tuple[int, int] | None = (1_000, 50)) -> None:
        """The end of a stream in good order."""
        inner = {"delta": {}} if self.is_chat else {"text": ""}
        self.event({"choices": [{"index": 0, "finish_reason": reason, **inner}]})
        if usage is not None:
            told = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
            self.event({"choices": [], "usage": told})
        self.raw("data: [DONE]\n\n")
        self.end()

    def end(self) -> None:
        self._handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection ends in the middle."""
        self._handler.wfile.flush()
        self._handler.close_connection = True

    def stall(self) -> None:
        """Nothing more comes until the server ends."""
        with self.server.lock:
            self.server.num_stalled += 1
        self.server.ends.wait()
        self._handler.close_connection = True

    def stream(self, text: str, usage: tuple[int, int] | None = (1_000, 50)) -> None:
        self.begin()
        for start in range(0, len(text), _CHARS_PER_CHUNK):
            self.delta(text[start : start + _CHARS_PER_CHUNK])
        self.finish(usage=usage)


class OpenAIServer:
    """The server while the `with` block lasts."""

    def __init__(self, answer: "Callable[[Any], str] | str | None" = None) -> None:
        """`answer` gives the text for a request; without it, prose."""
        self._answer = answer
        self.faults: list[Fault] = []
        self.always: Fault | None = None
        """For every request, once no other fault is left."""
        self.bodies: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.documents: dict[str, Any] = {"/v1/models": {"data": [{"id": MODEL}]}}
        """What GET, and POST to other addresses, answer; 404 for the rest."""
        self.refusals: dict[str, list[tuple[int, Any]]] = {}
        """Before that, once each: a status and what is said with it."""
        self.key: str | None = None
        """What every request must bring."""
        self.ends = threading.Event()
        self.lock = threading.Lock()
        self.num_stalled = 0
        """Requests that are kept waiting."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> "OpenAIServer":
        self._http = _Http(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ends.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, answer: Answer) -> None:
        body = answer.body
        if self.faults:
            self.faults.pop(0)(answer)
        elif self.always is not None:
            self.always(answer)
        elif isinstance(self._answer, str):
            answer.stream(self._answer)
        else:
            answer.stream(prose(body) if self._answer is None else self._answer(body))

    def asked(self, place: int = -1) -> str:
        """What the last question said, or another one."""
        body = self.bodies[place]
        return str(body["messages"][-1]["content"] if "messages" in body else body["prompt"])


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side may go whenever it wants."""


def _handler_of(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing is printed."""

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(body)

        def _answer(self, body: Any) -> None:
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            server.paths.append(self.path)
            answer = Answer(self, server, body)
            try:
                if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                    said = self.headers.get("Authorization", "nothing")
                    answer.status(401, {"error": {"message": f"Incorrect key: {said}"}})
                elif self.path.endswith("/completions"):
                    server.bodies.append(body)
                    server.answer(answer)
                elif server.refusals.get(self.path):
                    answer.status(*server.refusals[self.path].pop(0))
                elif self.path in server.documents:
                    answer.status(200, server.documents[self.path])
                else:
                    answer.status(404, {"error": {"message": "not found"}})
            except OSError:
                self.close_connection = True

    return Handler


def prose(body: Any) -> str:
    """Prose of about as many words as were asked for; for a planning question, one sentence."""
    text = json.dumps([body.get("messages"), body.get("prompt"), body.get("seed")])
    key = hashlib.sha256(text.encode()).digest()[:16]
    limit = int(body.get("max_tokens") or body.get("max_completion_tokens") or 100)
    return "".join(islice(pieces(_numbers(key)), max(8, int(limit / 1.6)))).lstrip()


def _numbers(key: bytes) -> Iterator[float]:
    start = 0
    while True:
        yield from uniforms(key, start, 256).tolist()
        start += 256


def refuses(code: int, said: object = "no", **headers: str) -> Fault:
    """A fault: an answer with that status."""
    document = said if isinstance(said, dict) else {"error": {"message": said}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda answer: answer.status(code, document, named)


def stalls(before: Iterable[str] = ()) -> Fault:
    """A fault: those pieces come, and then nothing more."""

    def fault(answer: Answer) -> None:
        answer.begin()
        for piece in before:
            answer.delta(piece)
        answer.stall()

    return fault


def stalls_unheard(answer: Answer) -> None:
    """A fault: not even the headers come."""
    answer.stall()


def cuts(*before: str) -> Fault:
    """A fault: the connection breaks off after those pieces."""

    def fault(answer: Answer) -> None:
        answer.begin()
        for piece in before:
            answer.delta(piece)
        answer.cut()

    return fault


def ends_early(*before: str) -> Fault:
    """A fault: the stream is closed in good order, and nobody said that the answer ends."""

    def fault(answer: Answer) -> None:
        answer.begin()
        for piece in before:
            answer.delta(piece)
        answer.end()

    return fault


def says(text: str) -> Fault:
    """A fault: the body of a stream is that."""

    def fault(answer: Answer) -> None:
        answer.begin()
        answer.raw(text)
        answer.end()

    return fault


def sends(*chunks: str, name: str = "content", usage: tuple[int, int] | None = (9, 9)) -> Fault:
    """No fault: an answer in exactly these pieces."""

    def fault(answer: Answer) -> None:
        answer.begin()
        for chunk in chunks:
            answer.delta(chunk, name)
        answer.finish(usage=usage)

    return fault
