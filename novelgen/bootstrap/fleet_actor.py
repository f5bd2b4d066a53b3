"""A worker of a fleet as Ray runs it: an actor whose work is a thread.

Its orders are plain values. Settings come from where the fleet was started, so that all workers
write alike; directories, and so the models, are those of the node. It leaves when it is asked to
through the database; Ray starts it again when it dies. Where several processes share a model, the
actor runs them, and does nothing else.
"""

import logging
import os
import threading
from typing import Any

from novelgen.bootstrap.fleet_group import GroupLost, processes_of_group, run_group
from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.errors import NovelgenError
from novelgen.log import start_logging
from novelgen.paths import Paths, resolve_paths

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

        paths = resolve_paths()
        start_logging(paths.log_file, debug=False)
        try:
            self._work_until_it_leaves(paths)
        except NovelgenError as error:
            self._trouble = f"{error.message} {error.remedy}".strip()
            _log.error("worker %s ends: %s", self._name, self._trouble)
            return  # it stays, without work, until somebody has read why
        except GroupLost as loss:
            _log.warning("worker %s is started again: %s", self._name, loss)
            os._exit(1)
        except Exception:  # noqa: BLE001 - the one boundary of a worker's thread
            _log.exception("worker %s fails", self._name)
            os._exit(1)  # Ray starts it again
        end_this_actor()

    def _work_until_it_leaves(self, paths: Paths) -> None:
        """Raises what working raises."""
        from novelgen.fleet.actor_share import see_no_other_gpus, share_of_this_actor

        share = share_of_this_actor()
        see_no_other_gpus(share)
        settings = Settings(**self._settings)
        if settings.placement == "tensor":
            orders = {
                "name": self._name,
                "settings": self._settings,
                "leaves_when_done": self._leaves_when_done,
                "index": self._index,
            }
            run_group(orders, processes_of_group(share.gpus, share.cpus), share.cpus)
        else:
            self._work_here(paths, settings)

    def _work_here(self, paths: Paths, settings: Settings) -> None:
        from novelgen.fleet.worker import WorkerEnding

        with Workbench(paths, settings) as workbench:
            ending = workbench.fleet.work(
                self._name,
                self._leave,
                _log.info,
                leaves_when_done=self._leaves_when_done,
                index=self._index,
            )
        if ending is WorkerEnding.DEVICE_FAILED:
            os._exit(1)  # only another process can use the device again
