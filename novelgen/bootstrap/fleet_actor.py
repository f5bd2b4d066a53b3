"""A worker of a fleet as Ray runs it: an actor whose work is a thread.

Its orders are plain values. Settings come from where the fleet was started, so that all workers
write alike; directories, and so the models, are those of the node. It leaves when it is asked to
through the database; Ray starts it again when it dies.
"""

import logging
import os
import threading
from typing import Any

from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.errors import NovelgenError
from novelgen.log import start_logging
from novelgen.paths import resolve_paths

_log = logging.getLogger(__name__)


class FleetActor:
    """Begins to work as soon as it is made."""

    def __init__(
        self, name: str, settings: dict[str, Any], leaves_when_done: bool, index: int
    ) -> None:
        from novelgen.fleet.watch import LeaveSignal

        self._name = name
        self._settings = settings
        self._leaves_when_done = leaves_when_done
        self._index = index
        self._leave = LeaveSignal()
        self._trouble = ""
        threading.Thread(target=self._work, name="fleet-worker", daemon=True).start()

    def ping(self) -> str:
        """What went wrong; empty while nothing has."""
        return self._trouble

    def _work(self) -> None:
        from novelgen.fleet.ray_cluster import end_this_actor
        from novelgen.fleet.worker import WorkerEnding

        paths = resolve_paths()
        start_logging(paths.log_file, debug=False)
        try:
            with Workbench(paths, Settings(**self._settings)) as workbench:
                ending = workbench.fleet.work(
                    self._name,
                    self._leave,
                    _log.info,
                    leaves_when_done=self._leaves_when_done,
                    index=self._index,
                )
        except NovelgenError as error:
            self._trouble = f"{error.message} {error.remedy}".strip()
            _log.error("worker %s ends: %s", self._name, self._trouble)
            return  # it stays, without work, until somebody has read why
        except Exception:  # noqa: BLE001 - the one boundary of a worker's thread
            _log.exception("worker %s fails", self._name)
            os._exit(1)  # Ray starts it again
        if ending is WorkerEnding.DEVICE_FAILED:
            os._exit(1)  # only another process can use the device again
        end_this_actor()
