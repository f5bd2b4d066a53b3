"""Fetches one model in a process of its own and tells on stdout, a JSON object a line.

Lines: `{"stage", "fraction", "bytes_done", "bytes_total"}` while it goes on, at the end
`{"done": true}` or `{"error", "remedy"}`. A request to end is heard: what was begun is cleared.
"""

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novelgen.errors import NovelgenError

if TYPE_CHECKING:
    from novelgen.modeling.pull_progress import Progress


def main(name: str, models: str) -> int:
    """Fetch `name` into the folder of models."""
    signal.signal(signal.SIGTERM, _end)
    from novelgen.modeling.provisioning import pull

    try:
        pull(name, Path(models), _tell_progress)
    except NovelgenError as error:
        _tell({"error": error.message, "remedy": error.remedy})
        return int(error.exit_code)
    _tell({"done": True})
    return 0


def _tell_progress(progress: "Progress") -> None:
    _tell(asdict(progress))


def _tell(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
