"""Finds out whether a write-ahead log holds commits that SQLite could not read back.

SQLite reads a log that a killed writer left up to the first frame whose checksum is wrong, and
passes over the rest in silence. The rest can still be told: its frames carry the salts of the log
they belong to. A log that is merely shorter than it was looks like one that was never longer;
that loss nobody can see. Format: https://www.sqlite.org/fileformat2.html#walformat
"""

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.sqlite.descriptors import open_beside

_LOG_HEADER = struct.Struct(">IIII8sII")
"""Magic, version, page size, checkpoint number, salts, two checksums of all that."""
_LOG_HEADER_BYTES = 32
_FRAME_HEADER = struct.Struct(">II8s")
"""Page number, pages of the database after a commit (else 0), salts; two checksums follow."""
_FRAME_HEADER_BYTES = 24
_PAGE_SIZE = struct.Struct(">16xH")
"""In the header of a database."""
_INDEX_HEADER = struct.Struct("=16xI12x8s")
"""Of the shared index, in the byte order of the machine: frames that are read, salts."""


def unreadable_commits(connection: sqlite3.Connection, path: Path) -> int:
    """How many commits stand in the log of `path` behind the last one that SQLite reads.

    `connection` has the file open and no transaction. While another program writes, the log is its
    own and the answer is 0. The last commit that is counted may be one that was never finished.
    """
    if not hasattr(os, "pread"):  # Windows, where the log is not looked into
        return 0
    with suppress(OSError, struct.error):
        if Path(f"{path}-wal").stat().st_size > _LOG_HEADER_BYTES:
            with _sole_writer(connection) as is_alone:
                return _count(path) if is_alone else 0
    return 0


@contextmanager
def _sole_writer(connection: sqlite3.Connection) -> Iterator[bool]:
    """Whether nobody else writes a frame in this block. Waits for nobody."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA query_only = OFF")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            yield False
            return
        try:
            yield True
        finally:
            connection.execute("ROLLBACK")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


def _count(path: Path) -> int:
    log, index = (open_beside(path, Path(f"{path}{end}")) for end in ("-wal", "-shm"))
    num_read, read_salts = _INDEX_HEADER.unpack(os.pread(index, _INDEX_HEADER.size, 0))
    count = 0
    header = os.pread(log, _LOG_HEADER_BYTES, 0)
    _, _, page_size, _, salts, *_ = _LOG_HEADER.unpack(header)
    if not _is_whole(header):  # then SQLite reads nothing, and only the frames know their salts
        first = os.pread(log, _FRAME_HEADER.size, _LOG_HEADER_BYTES)
        _, _, salts = _FRAME_HEADER.unpack(first)
        page_size = _page_size(path)
    frame_bytes = _FRAME_HEADER_BYTES + page_size
    position = _LOG_HEADER_BYTES + (num_read if read_salts == salts else 0) * frame_bytes
    while len(header := os.pread(log, _FRAME_HEADER.size, position)) == _FRAME_HEADER.size:
        _, pages_after_commit, frame_salts = _FRAME_HEADER.unpack(header)
        count += pages_after_commit > 0 and frame_salts == salts
        position += frame_bytes
    return count


def _page_size(path: Path) -> int:
    (size,) = _PAGE_SIZE.unpack(os.pread(open_beside(path, path), _PAGE_SIZE.size, 0))
    return 65_536 if size == 1 else int(size)


def _is_whole(header: bytes) -> bool:
    """Whether the checksums of a log's header are right."""
    magic, *_, first, second = _LOG_HEADER.unpack(header)
    words = struct.unpack(f"{'>' if magic & 1 else '<'}6I", header[:24])
    sums = [0, 0]
    for even, odd in zip(words[::2], words[1::2], strict=True):
        sums[0] = (sums[0] + even + sums[1]) & 0xFFFFFFFF
        sums[1] = (sums[1] + odd + sums[0]) & 0xFFFFFFFF
    return sums == [first, second]
