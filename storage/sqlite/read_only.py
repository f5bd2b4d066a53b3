"""An SQLite file in a folder that cannot be written, read as a file that nobody changes.

SQLite keeps its log and its locks beside the file, and so cannot open one there in the usual way.
"""

import os
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from storage.errors import DatabaseUnavailable


def must_be_read_unchanged(path: Path) -> bool:
    """Whether SQLite can only read the file as one that nobody changes.

    So it is in a folder that cannot be written, with no log to share there. Raises
    `DatabaseUnavailable` when what was committed last stands in a log that needs such a folder.
    """
    if not path.is_file() or os.access(path.parent, os.W_OK):
        return False
    log, shared = (Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))
    if log.exists() and shared.exists():  # a writer is at work, and lets others read along
        return False
    if log.exists() and log.stat().st_size > 0:
        raise DatabaseUnavailable(
            f"The database {path} cannot be opened: its last writer was cut off, what it committed "
            f"stands in {log.name}, and {path.parent} cannot be written.",
            "Copy both files to a folder that can be written, and name the copy with --db.",
        )
    return not Path(f"{path}-journal").exists()


def unchanging(url: URL) -> URL:
    """The address under which SQLite takes the file for one that nobody changes."""
    file = quote(str(Path(url.database or "").absolute()))
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return url.set(database=f"file:{file}", query=query)
