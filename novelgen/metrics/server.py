"""Serves the figures of a worker over HTTP: `/metrics` for Prometheus, `/health` for a look.

Whatever else is asked for is not found, and what was asked is never repeated. Few are answered at
a time and nobody for long, so that clients that say nothing, or little by little, keep no one away.
"""

import logging
import selectors
import socket
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from threading import BoundedSemaphore, Lock, Thread
from types import TracebackType
from typing import Any

from novelgen.errors import UsageError
from novelgen.metrics.worker_metrics import CONTENT_TYPE, WorkerMetrics

_MOST_AT_ONCE = 8
_SECONDS_OF_SILENCE = 3.0
_SECONDS_FOR_A_CLIENT = 6.0
"""From its coming until it is sent away, whatever it says meanwhile."""
_SECONDS_BETWEEN_LOOKS = 1.0
"""At who has been there too long."""
_PLAIN = "text/plain; charset=utf-8"
_log = logging.getLogger(__name__)


class MetricsServer:
    """Serves while it is entered. Leaving it ends its thread and frees the port."""

    def __init__(self, metrics: WorkerMetrics, host: str = "127.0.0.1", port: int = 0) -> None:
        """`port` 0 takes one that is free."""
        self._metrics, self._host, self._port = metrics, host, port
        self._server: _Server | None = None

    def __enter__(self) -> "MetricsServer":
        """Raises `UsageError` when the address cannot be had."""
        try:
            self._server = _Server(self._metrics, self._host, self._port)
        except OSError as error:
            raise UsageError(
                f"The metrics cannot be served at {_named(self._host, self._port)}: "
                f"{error.strerror or error}.",
                "Set metrics_port to another port, such as NOVELGEN_METRICS_PORT=9101, or to 0 for "
                "none; metrics_host is an address of this machine.",
            ) from error
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.stop()

    @property
    def address(self) -> str:
        """Where Prometheus is to look, once the server is entered."""
        port = self._port if self._server is None else self._server.server_address[1]
        return f"http://{_named(self._host, int(port))}/metrics"

    @property
    def place(self) -> str:
        """Host and port, as another machine is to say them where one can reach them at all."""
        port = self._port if self._server is None else self._server.server_address[1]
        host = socket.gethostname() if _is_any_address(self._host) else self._host
        return _named(host, int(port))


def is_of_this_machine_alone(host: str) -> bool:
    """Whether nobody on another machine can reach that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any_address(host: str) -> bool:
    """Whether it stands for all addresses of this machine, and is none that others can ask."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, metrics: WorkerMetrics, host: str, port: int) -> None:
        """Raises `OSError` when the address cannot be had."""
        self.metrics = metrics
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family = found[0][0]
        self._places = BoundedSemaphore(_MOST_AT_ONCE)
        self._came: dict[Any, float] = {}
        self._changing = Lock()
        super().__init__((str(found[0][4][0]), port), _Handler)
        self._ended, self._end = socket.socketpair()
        self._thread = Thread(target=self._serve, name="metrics", daemon=True)

    def server_bind(self) -> None:
        """Binds, and asks no name server who this is."""
        TCPServer.server_bind(self)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended and the port is free."""
        self._end.close()
        self._thread.join()
        self._ended.close()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answers in a thread of its own; who finds no place is sent away."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._changing:
            self._came[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._changing:
            self._came.pop(request, None)
        super().shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed. Clients leave when they like; anything else is kept in the log."""
        if not isinstance(sys.exception(), OSError):
            _log.error("a request for metrics was not answered", exc_info=True)

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(_SECONDS_BETWEEN_LOOKS)}
                if self._ended in ready:
                    return
                if ready:
                    self.handle_request()
                self._send_away_the_slow()

    def _send_away_the_slow(self) -> None:
        """Their threads find their connections closed, and end."""
        with self._changing:
            now = time.monotonic()
            for request, came in self._came.items():
                if now - came > _SECONDS_FOR_A_CLIENT:
                    with suppress(OSError):  # it has left by itself
                        request.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS_OF_SILENCE
    server_version, sys_version = "novelgen", ""
    server: _Server

    def do_GET(self) -> None:
        """Answers the two paths there are."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, self.server.metrics.exposition(), CONTENT_TYPE)
        elif path == "/health":
            self._answer(200, b"ok\n", _PLAIN)
        else:
            self._answer(404, b"not found\n", _PLAIN)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Without a word of what was asked."""
        self._answer(code, b"no\n", _PLAIN)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said."""

    def _answer(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _named(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
