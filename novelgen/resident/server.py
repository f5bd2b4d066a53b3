"""The resident process itself: `python -m novelgen.resident STATE MINUTES`.

One thread a connection, one computation at a time. Ends when nobody is connected and nobody has
asked for anything for a while; gives models back before that when those connected are idle too.
"""

import logging
import signal
import threading
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from typing import Any

from novelgen.paths import Paths
from novelgen.resident.order import Loader
from novelgen.resident.rendezvous import Rendezvous, make_rendezvous, publish, withdraw
from novelgen.resident.session import Session
from novelgen.resident.shelf import EngineShelf, WaitCancelled

_SECONDS_BETWEEN_LOOKS = 0.5
_log = logging.getLogger(__name__)


class EngineServer:
    """Serves until told to stop, retired without connections, or idle."""

    def __init__(self, paths: Paths, load: Loader, keep_seconds: float) -> None:
        self._paths = paths
        self.shelf = EngineShelf(load)
        self.keep_seconds = keep_seconds
        self.num_sessions = 0
        self._counting = threading.Lock()
        self._ends = threading.Event()
        self._is_retired = False

    def serve(self) -> None:
        """Listen, tell where, and stay until the end."""
        rendezvous = make_rendezvous(self._paths)
        listener: Any = Listener(rendezvous.address, authkey=bytes.fromhex(rendezvous.secret))
        publish(self._paths, rendezvous)
        _log.info("the resident engine listens, process %s", rendezvous.pid)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        try:
            while not self._is_over():
                self._ends.wait(_SECONDS_BETWEEN_LOOKS)
                self.shelf.drop_idle(self.keep_seconds)
        finally:
            self._leave(rendezvous, listener)

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
        if self.num_sessions or self.shelf.is_computing:
            return False
        return self._is_retired or self.shelf.idle_seconds >= self.keep_seconds

    def _accept(self, listener: Listener) -> None:
        while not self._ends.is_set():
            try:
                connection = listener.accept()
            except (AuthenticationError, EOFError, ConnectionError) as error:
                _log.warning("a connection was refused: %r", error)
                continue
            except OSError:
                return  # the listener is closed
            with self._counting:
                self.num_sessions += 1
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: Connection) -> None:
        try:
            Session(self, connection).run()
        except (EOFError, OSError, WaitCancelled):
            _log.info("whoever asked the resident engine is gone")
        except Exception:  # noqa: BLE001 - one session's failure is not the others'
            _log.exception("a session of the resident engine failed")
        finally:
            connection.close()
            with self._counting:
                self.num_sessions -= 1

    def _leave(self, rendezvous: Rendezvous, listener: Any) -> None:
        self._ends.set()
        withdraw(self._paths, rendezvous)
        listener.close()
        _log.info("the resident engine ends, process %s", rendezvous.pid)


def stop_on_signal(stop: Callable[[], None]) -> None:
    """SIGTERM ends the process in good order; an interrupt is not meant for it."""
    signal.signal(signal.SIGTERM, lambda *_: stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
