"""One of the processes of a worker whose model is shared out, as torchrun starts it for an actor.

    torchrun --standalone --nproc-per-node 2 -m novelgen.bootstrap.fleet_member

The first one is the worker: it takes tasks and writes. The others open no database and compute
what it tells them. All end at once when the actor that started them has ended.
"""

import json
import logging
import os
import sys
import threading

from novelgen.bootstrap.errors import as_novelgen_error
from novelgen.bootstrap.fleet_group import ENV_ORDERS, PASSES, TROUBLE
from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.errors import DeviceFailed, ExitCode, NovelgenError
from novelgen.fleet.worker_order import WorkerOrder
from novelgen.log import start_logging
from novelgen.modeling.placement import process_rank
from novelgen.paths import Paths, resolve_paths
from storage.errors import DatabaseUnavailable, StorageFailure

_log = logging.getLogger("novelgen.bootstrap.fleet_member")  # not __main__, which nobody hears


def main() -> ExitCode:
    """Work, or help to, until the worker leaves; what went wrong is printed and in the log."""
    threading.Thread(target=_end_with_actor, name="fleet-actor", daemon=True).start()
    order = WorkerOrder.of(json.loads(os.environ.pop(ENV_ORDERS)))
    settings = Settings(**order.settings)
    paths = resolve_paths()
    start_logging(paths.log_file, debug=False)
    try:
        if process_rank() > 0:
            _follow(settings)
            return ExitCode.DONE
        return _work(paths, settings, order)
    except DeviceFailed as error:  # other processes can go on
        _log.error("process %d of a worker ends: %s", process_rank(), error.message)
    except (NovelgenError, StorageFailure) as error:
        _log.error("process %d of a worker ends: %s", process_rank(), error.message)
        if process_rank() == 0:
            _say_trouble(error)
    except Exception:  # noqa: BLE001 - the one boundary of this process
        _log.exception("process %d of a worker fails", process_rank())
    return ExitCode.FAILED


def _follow(settings: Settings) -> None:
    from novelgen.modeling.tensor_parallel import follow

    follow(settings.device)


def _say_trouble(error: NovelgenError | StorageFailure) -> None:
    """To the actor, which reads what this process prints."""
    known = as_novelgen_error(error)
    told = f"{known.message} {known.remedy}".strip() if isinstance(known, NovelgenError) else ""
    document = {TROUBLE: told or str(known), PASSES: isinstance(error, DatabaseUnavailable)}
    sys.stdout.write(json.dumps(document) + "\n")


def _work(paths: Paths, settings: Settings, order: WorkerOrder) -> ExitCode:
    from novelgen.fleet.visit import WorkerEnding
    from novelgen.fleet.watch import LeaveSignal
    from novelgen.modeling.tensor_parallel import dismiss_followers

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
        return ExitCode.FAILED
    dismiss_followers(settings.device)
    return ExitCode.DONE


def _end_with_actor() -> None:
    """Nothing is ever written to the pipe; it closes when the actor has ended."""
    while os.read(sys.stdin.fileno(), 1):
        continue
    os._exit(ExitCode.FAILED)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # a thread of torch that outlives the interpreter would abort it
