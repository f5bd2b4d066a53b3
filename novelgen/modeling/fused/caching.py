"""Where compiled code is kept: a folder for each state of this package's source.

numba looks at the time of a function's own file alone; what it calls from other files could change
unseen. A folder named by all of them cannot be out of date, and lies where a person may write even
when the program does not.
"""

import hashlib
import tempfile
from pathlib import Path

from numba import config

from novelgen.paths import resolve_paths


def _state_of_source() -> str:
    found = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def _writable_folder() -> Path:
    """The person's own choice, else the cache directory; one for this process if neither takes."""
    base = Path(config.CACHE_DIR) if config.CACHE_DIR else resolve_paths().cache / "compiled"
    folder = base / _state_of_source()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="novelgen-"))


COMPILED = _writable_folder()
config.CACHE_DIR = str(COMPILED)
