"""The resident process itself: `python -m novelgen.resident DIRECTORIES SECONDS`.

One thread a connection, one computation at a time. Ends when nobody is connected and nobody has
asked for anything for a while; gives models back before that when those connected are idle too.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Listener
from typing import Any

from novelgen.paths import Paths
from novelgen.resident.handshake import SECONDS_TO_SHAKE_HANDS, NoHandshake, greet
from novelgen.resident.order import Loader
from novelgen.resident.rendezvous import (
    Rendezvous,
    make_rendezvous,
    publish,
    read_rendezvous,
    withdraw,
)
from novelgen.resident.session import Session
from novelgen.resident.shelf import EngineShelf
from novelgen.resident.turns import WaitCancelled
from novelgen.resident.wire import PeerGone

_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_FOR_THE_FIRST = 10.0
_log = logging.getLogger(__name__)


class EngineServer:
    """Serves until told to stop, retired without connections, or idle."""

    def __init__(self, paths: Paths, load: Loader, keep_seconds: float) -> None:
        self._paths = paths
        self.shelf = EngineShelf(load)
        self.keep_seconds = keep_seconds
        self.num_sessions = 0
        self._arrivals: dict[int, float] = {}
        """When those came who have not yet shown that they know the secret."""
        self._counting = threading.Lock()
        self._ends = threading.Event()
        self._is_retired = self._has_served = False

    def serve(self) -> None:
        """Listen, tell where, and stay until the end."""
        rendezvous = make_rendezvous(self._paths)
        secret = bytes.fromhex(rendezvous.secret)
        listener: Any = Listener(rendezvous.address)
        publish(self._paths, rendezvous)
        _log.info("the resident engine listens, process %s", rendezvous.pid)
        threading.Thread(target=self._accept, args=(listener, secret), daemon=True).start()
        try:
            while not self._is_over():
                self._ends.wait(_SECONDS_BETWEEN_LOOKS)
                self.shelf.drop_idle(self.keep_seconds)
                self._stay_known(rendezvous)
        finally:
            self._ends.set()
            with suppress(OSError):  # it removes the socket, which may be gone
                listener.close()
            withdraw(self._paths, rendezvous)
            _log.info("the resident engine ends, process %s", rendezvous.pid)

    def stop(self) -> None:
        """End soon, whoever is connected."""
        self._ends.set()

    def retire(self) -> None:
        """End as soon as nobody is connected: another process takes over."""
        self._is_retired = True

    def status(self) -> dict[str, Any]:
        return {
            "models": self.shelf.models,
            "is_computing": self.shelf.is_computing,
            "idle_seconds": round(self.shelf.idle_seconds, 1),
            "connections": self.num_sessions,
            "keep_warm_minutes": self.keep_seconds / 60,
        }

    def _is_over(self) -> bool:
        if self._ends.is_set():
            return True
        if self.num_sessions or self.shelf.is_computing or self._is_expecting():
            return False
        # Who starts a process is given time to reach it.
        seconds = self.keep_seconds if self._has_served else _SECONDS_FOR_THE_FIRST
        return self._is_retired or self.shelf.idle_seconds >= max(seconds, self.keep_seconds)

    def _stay_known(self, rendezvous: Rendezvous) -> None:
        """Tell again where this process is when that was lost, and give way to another."""
        told = read_rendezvous(self._paths)
        if told is None:
            publish(self._paths, rendezvous)
        elif told != rendezvous:
            self.retire()

    def _is_expecting(self) -> bool:
        """Whether somebody has just come and not said who."""
        now = time.monotonic()
        with self._counting:
            return any(now - came < SECONDS_TO_SHAKE_HANDS for came in self._arrivals.values())

    def _accept(self, listener: Listener, secret: bytes) -> None:
        while not self._ends.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError) as error:
                if not self._ends.wait(_SECONDS_BETWEEN_LOOKS):
                    _log.warning("a connection could not be accepted: %r", error)
                continue
            with self._counting:
                self._arrivals[id(connection)] = time.monotonic()
            threading.Thread(target=self._attend, args=(connection, secret), daemon=True).start()

    def _attend(self, connection: Connection, secret: bytes) -> None:
        try:
            greet(connection, secret)
            self._count(+1, connection)
            try:
                Session(self, connection).run()
            finally:
                self._count(-1, connection)
        except NoHandshake as error:
            _log.warning("a connection was refused: %r", error.__cause__)
        except (PeerGone, WaitCancelled):
            _log.info("whoever asked the resident engine is gone")
        except Exception:  # noqa: BLE001 - one session's failure is not the others'
            _log.exception("a session of the resident engine failed")
        finally:
            with self._counting:
                self._arrivals.pop(id(connection), None)
            connection.close()

    def _count(self, change: int, connection: Connection) -> None:
        with self._counting:
            self._has_served = True
            self.num_sessions += change
            self._arrivals.pop(id(connection), None)


def stop_on_signal(stop: Callable[[], None]) -> None:
    """SIGTERM ends the process in good order; an interrupt is not meant for it."""
    signal.signal(signal.SIGTERM, lambda *_: stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
