"""How a process is started so that it outlives the terminal, and how it settles there.

It has a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it, and
steps back behind what the person works with. Knows nothing about what the process does.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import novelgen

_NICENESS = 10


def detached(*, in_background: bool = False) -> dict[str, Any]:
    """What to give `subprocess.Popen`; `in_background` lowers the priority where only it can."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        if in_background:
            flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return {"creationflags": flags}
    return {"start_new_session": True}


def environment_elsewhere(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that imports this very program from any directory."""
    places = environment.get("PYTHONPATH", "").split(os.pathsep)
    kept = [str(Path(place).absolute()) for place in places if place]
    package = str(Path(novelgen.__file__).absolute().parent.parent)
    return {**environment, "PYTHONPATH": os.pathsep.join([package, *kept])}


def settle_in_background() -> None:
    """Called by the detached process: a closed terminal is nothing to it, and others go first."""
    if sys.platform == "win32":
        return  # its priority was lowered when it was started, and it has no SIGHUP
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(max(0, _NICENESS - os.nice(0)))
