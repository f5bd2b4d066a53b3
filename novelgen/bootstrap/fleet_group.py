"""A worker of a fleet that is several processes, which share one model: how an actor runs them.

torchrun starts them (`novelgen.bootstrap.fleet_member`). Their orders, with the address of the
database, are in their environment, which other people of the machine cannot read. Their standard
input is a pipe from this process: it closes with this process, however that ends, and they end
with it. Knows nothing of engines.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import IO

from novelgen.errors import NovelgenError, UsageError
from novelgen.fleet.worker_order import WorkerOrder

ENV_ORDERS = "FLEET_MEMBER_ORDERS"
TROUBLE = "trouble"
"""Key of the line of JSON in which the first process says why it cannot work."""
PASSES = "passes"
"""Key of that line, with whether it is one that passes by itself."""

_MEMBER = "novelgen.bootstrap.fleet_member"


class GroupLost(Exception):
    """A process of the group has died, or its device failed; another group can go on."""


def processes_of_group(gpus: float, cpus: float) -> int:
    """How many processes share the model of a worker that has so many GPUs and cores.

    One a GPU; without a GPU, one a core. Raises `UsageError` where that is not several.
    """
    if 0 < gpus < 2 or gpus % 1:
        raise UsageError(
            f"placement tensor shares a model out among whole GPUs, and a worker has {gpus:g}.",
            "Give each worker several with --gpus 2 or more, or set placement auto.",
        )
    processes = int(gpus or cpus)
    if processes < 2:
        raise UsageError(
            f"placement tensor needs several processes, and a worker without a GPU has one for "
            f"each of its cores: {cpus:g}.",
            "Give each worker --gpus 2 or --cpus 2 or more, or set placement auto.",
        )
    return processes


def run_group(order: WorkerOrder, processes: int, cpus: float) -> None:
    """Be a worker of so many processes until it has left.

    Raises `NovelgenError` where it cannot work, `GroupLost` where it ended otherwise.
    """
    with _started(order, processes, cpus) as child:
        heard = _Listener(child.stdout)
        code = child.wait()
        _close(child.stdin)  # those that outlive torchrun end now
        heard.wait()
    if heard.trouble is not None:
        raise GroupLost(heard.trouble) if heard.passes else NovelgenError(heard.trouble)
    if code:
        raise GroupLost(f"A process of the worker has ended: torchrun's code is {code}.")


def _started(order: WorkerOrder, processes: int, cpus: float) -> "subprocess.Popen[str]":
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    return subprocess.Popen(
        [*torchrun, "--nproc-per-node", str(processes), "-m", _MEMBER],
        env={
            **os.environ,
            ENV_ORDERS: json.dumps(order.as_json()),
            # Ray gives the worker's cores to this process, and the others share them.
            "OMP_NUM_THREADS": str(max(1, int(cpus) // processes)),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@dataclass
class _Listener:
    """Reads what the processes print until the last of them has ended."""

    stream: IO[str] | None
    trouble: str | None = None
    passes: bool = False
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._listen, name="fleet-group", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        self._thread.join()

    def _listen(self) -> None:
        for line in self.stream or ():
            try:
                said = json.loads(line)
            except ValueError:  # a library has printed something
                continue
            if isinstance(said, dict) and TROUBLE in said:
                self.trouble, self.passes = str(said[TROUBLE]), bool(said.get(PASSES))


def _close(stream: IO[str] | None) -> None:
    if stream is not None:
        stream.close()
