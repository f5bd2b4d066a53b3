"""Holds a worker of several processes, as an actor of Ray does.

    python -m tests.fleet.group_host NAME [TRIES]

Its settings come from the environment. Ends with 3 where the group was lost so often, and says why.
"""

import sys

from novelgen.bootstrap.fleet_group import GroupLost, run_group
from novelgen.config import Settings
from novelgen.errors import NovelgenError
from novelgen.fleet.worker_order import WorkerOrder

LOST = 3
PROCESSES = 2


def main() -> int:
    name, tries = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    settings = Settings(placement="tensor")
    order = WorkerOrder(name, settings.model_dump(mode="json"), leaves_when_done=True)
    for _ in range(tries):
        try:
            run_group(order, PROCESSES, cpus=PROCESSES)
        except GroupLost as loss:
            sys.stdout.write(f"{loss}\n")
        except NovelgenError as error:
            sys.stdout.write(f"{error.message}\n")
            return error.exit_code
        else:
            return 0
    return LOST


if __name__ == "__main__":
    sys.exit(main())
