"""Start of the resident process; its arguments are the directories and the seconds to stay."""

import json
import logging
import os
import sys
from pathlib import Path

from novelgen.log import start_logging
from novelgen.paths import Paths
from novelgen.resident.order import load_ordered
from novelgen.resident.server import EngineServer, stop_on_signal


def main() -> None:
    """Serve engines for the installation whose directories are given as JSON."""
    folders = {name: Path(place) for name, place in json.loads(sys.argv[1]).items()}
    paths = Paths(**folders)
    start_logging(paths.log_file, debug=False)
    server = EngineServer(paths, load_ordered, keep_seconds=float(sys.argv[2]))
    stop_on_signal(server.stop)
    server.serve()
    logging.shutdown()
    # Threads may be in the middle of a computation that nobody waits for any more.
    os._exit(0)


if __name__ == "__main__":
    main()
