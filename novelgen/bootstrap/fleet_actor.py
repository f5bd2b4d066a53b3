"""A worker of a fleet as Ray runs it: an actor whose work is a thread.

Its order is plain values. Settings come from where the fleet was started, so that all workers
write alike; directories, and so the models, are those of the node. It leaves when it is asked to
through the database; Ray starts it again when it dies. Where several processes share a model, the
actor runs them, and does nothing else.

What keeps it from working it says to whoever asks, and to the log. While that may pass, it waits
and tries again; else it ends after a while for good, since Ray would start it again for ever.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from novelgen.bootstrap.errors import as_novelgen_error
from novelgen.bootstrap.fleet_group import GroupLost, processes_of_group, run_group
from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.errors import NovelgenError
from novelgen.fleet.worker_order import ActorState, WorkerOrder, WorkerSign
from novelgen.log import start_logging
from novelgen.paths import Paths, resolve_paths
from storage.errors import DatabaseUnavailable, StorageFailure

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
"""Seconds between two tries."""
_SECONDS_UNTIL_PROVEN = 60.0
"""A worker that has worked so long does not fail at its start, and may be started again."""

_log = logging.getLogger(__name__)


class FleetActor:
    """Begins to work as soon as it is made."""

    seconds_in_trouble: ClassVar[float] = 120.0
    """So long it can be asked why it cannot work, before it ends for good."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """`order` is a `WorkerOrder` as JSON."""
        self._order = WorkerOrder.of(order)
        self._sign = WorkerSign(self._order.without_address())
        self._began = time.monotonic()
        threading.Thread(target=self._live, name="fleet-worker", daemon=True).start()

    def ping(self) -> dict[str, Any]:
        """How it stands: a `WorkerSign` as JSON."""
        return self._sign.as_json()

    def _live(self) -> None:
        from novelgen.fleet.ray_workers import end_this_actor

        try:
            self._work_until_it_leaves()
        except (NovelgenError, StorageFailure) as error:
            self._be_stuck(_told(error))
        except Exception as error:  # noqa: BLE001 - the one boundary of a worker's thread
            _log.exception("worker %s fails", self._order.name)
            if time.monotonic() - self._began > _SECONDS_UNTIL_PROVEN:
                os._exit(1)  # Ray starts it again
            self._be_stuck(f"{type(error).__name__}: {error}")
        self._become(ActorState.LEAVES, self._sign.trouble)
        end_this_actor()

    def _work_until_it_leaves(self) -> None:
        """Raises what working raises, but for what may pass."""
        from novelgen.fleet.actor_share import see_no_other_gpus, share_of_this_actor

        paths = resolve_paths()
        start_logging(paths.log_file, debug=False)
        share = share_of_this_actor()
        see_no_other_gpus(share)
        settings = Settings(**self._order.settings)
        wait = _FIRST_WAIT
        while True:
            began = time.monotonic()
            try:
                if settings.placement == "tensor":
                    processes = processes_of_group(share.gpus, share.cpus)
                    return run_group(self._order, processes, share.cpus)
                return self._work_here(paths, settings)
            except DatabaseUnavailable as failure:  # one that works waits for it by itself
                trouble = _told(failure)
            except GroupLost as loss:
                trouble = str(loss)
            if time.monotonic() - began > _SECONDS_UNTIL_PROVEN:
                wait = _FIRST_WAIT
            self._wait(wait, trouble)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _work_here(self, paths: Paths, settings: Settings) -> None:
        from novelgen.fleet.visit import WorkerEnding
        from novelgen.fleet.watch import LeaveSignal

        order = self._order
        with Workbench(paths, settings) as workbench:
            ending = workbench.fleet.workers.work(
                order.name,
                LeaveSignal(),
                _log.info,
                leaves_when_done=order.leaves_when_done,
                index=order.index,
                generation=order.generation,
            )
        if ending is WorkerEnding.DEVICE_FAILED:
            os._exit(1)  # only another process can use the device again

    def _wait(self, seconds: float, trouble: str) -> None:
        self._become(ActorState.RETRIES, f"{trouble} It tries again.")
        name = self._order.name
        _log.warning("worker %s: %s Trying again in %.0f s.", name, trouble, seconds)
        time.sleep(seconds)
        self._become(ActorState.WORKS)

    def _be_stuck(self, trouble: str) -> None:
        """Stay, without work, until somebody has had the time to ask why."""
        self._become(ActorState.STUCK, trouble)
        _log.error("worker %s cannot work and ends: %s", self._order.name, trouble)
        time.sleep(self.seconds_in_trouble)

    def _become(self, state: ActorState, trouble: str = "") -> None:
        self._sign = WorkerSign(self._sign.order, state, trouble)


def _told(error: Exception) -> str:
    known = as_novelgen_error(error)
    if isinstance(known, NovelgenError):
        return f"{known.message} {known.remedy}".strip()
    return str(known)
