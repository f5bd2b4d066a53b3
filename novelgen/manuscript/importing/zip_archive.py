"""Archives of strangers, read without trust: EPUB and DOCX are ZIP files.

Checked before anything is read: names, encryption, overlapping members and sizes; before a member
is read, how far it is packed; while it is read, how much has come out of it, and in all. Nothing is
ever written to the disk. Every failure is a `StorageError` or `UsageError` that names the file.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from novelgen.errors import StorageError, UsageError

MAX_FILE_BYTES = 512_000_000
MAX_UNPACKED_BYTES = 512_000_000
"""Of all that is read of an archive. War and Peace in Word has 20 MB."""
MAX_HELD_BYTES = 40_000_000
"""Of one member, or of one paragraph of a member that is read bit by bit: four million words in one
page of an EPUB have fewer."""
_MAX_MEMBERS = 20_000
_MAX_DIRECTORY_BYTES = 16_000_000
"""Of the table of contents, which is read before anything else."""
_AT_ONCE = 1 << 20
_MAX_DECLARED_BYTES = 8_000_000_000
_LARGE_BYTES, _MAX_RATIO = 1_000_000, 250
"""A larger member must not be packed further than this; text is packed about 4 to 30 times."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_HEADER_BYTES, _TAIL_BYTES = 30, 66_000
_ZIP64 = 0xFFFFFFFF
_ENCRYPTED = 0x1
_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
)


class Archive:
    """The members of an open archive."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self._archive = archive
        self._where = where
        self._num_read = 0
        self._members = {each.filename: each for each in archive.infolist()}
        self._check()

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises `StorageError` where there is none or it is damaged."""
        with self.open(name) as stream:
            return stream.read()

    @contextmanager
    def open(self, name: str) -> Iterator["MemberStream"]:
        """A member as a stream. Raises as `read` does."""
        member = self._members.get(name)
        if member is None:
            raise damaged(self._where, f"it has no part {name}")
        self._check_ratio(member)
        try:
            file = self._archive.open(member)
        except _FAILURES as error:
            raise damaged(self._where, str(error)) from error
        with file:
            yield MemberStream(file, self._count, self._where)

    def _count(self, num_bytes: int) -> None:
        self._num_read += num_bytes
        if self._num_read > MAX_UNPACKED_BYTES:
            raise _too_large(self._where)

    def _check(self) -> None:
        members = self._archive.infolist()
        if len(members) != len(self._members):
            raise _suspicious(self._where, "two members of it have one name")
        if len(members) > _MAX_MEMBERS:
            raise _suspicious(self._where, f"it has {len(members):,} members")
        if sum(member.file_size for member in members) > _MAX_DECLARED_BYTES:
            raise _too_large(self._where)
        for member in members:
            if _leaves(member.filename):
                raise _suspicious(self._where, "a name in it leads out of it")
            if member.flag_bits & _ENCRYPTED:
                raise UsageError(
                    f"{self._where} is protected by a password.",
                    "Remove the password with the program it was made with, and import it then.",
                )
        _check_overlaps(members, self._where)

    def _check_ratio(self, member: zipfile.ZipInfo) -> None:
        if member.compress_type not in _METHODS:
            raise damaged(self._where, "it is packed in an unusual way")
        if member.file_size > MAX_UNPACKED_BYTES:
            raise _too_large(self._where)
        is_large = member.file_size > _LARGE_BYTES
        if is_large and member.file_size > _MAX_RATIO * member.compress_size:
            raise _suspicious(self._where, "a member is packed further than any text can be")


class MemberStream:
    """What is read of a member is counted; failures are told as those of the archive."""

    def __init__(self, file: IO[bytes], count: Callable[[int], None], where: str) -> None:
        self._file = file
        self._count = count
        self._where = where
        self._num_held = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` of them."""
        if size >= 0:
            return self._next(size)
        return b"".join(iter(lambda: self._next(_AT_ONCE), b""))

    def settle(self) -> None:
        """What was read until now is done with, and holds no memory any longer."""
        self._num_held = 0

    def _next(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except _FAILURES as error:
            raise damaged(self._where, str(error)) from error
        self._count(len(data))
        self._num_held += len(data)
        if self._num_held > MAX_HELD_BYTES:
            raise _too_large(self._where, MAX_HELD_BYTES)
        return data


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """An archive that has passed the checks. Raises `StorageError` and `UsageError`."""
    where = str(path)
    try:
        if _directory_bytes(path) > _MAX_DIRECTORY_BYTES:
            raise _suspicious(where, "it has far too many members")
        archive = zipfile.ZipFile(path)
    except _FAILURES as error:
        raise damaged(where, str(error)) from error
    with archive:
        yield Archive(archive, where)


def damaged(where: str, reason: str) -> StorageError:
    """An archive that cannot be read."""
    said = reason.split("\n", 1)[0][:200].rstrip(".") or "it is broken"
    return StorageError(
        f"{where} is damaged, or not what its name says: {said}.",
        "Get the file anew, or save it anew with the program it was made with.",
    )


def _suspicious(where: str, reason: str) -> UsageError:
    return UsageError(
        f"{where} is not read: {reason}.",
        "If you trust the file, save it anew with the program it was made with.",
    )


def _too_large(where: str, limit: int = MAX_UNPACKED_BYTES) -> UsageError:
    return UsageError(
        f"{where} unpacks to more than {limit // 1_000_000} MB.",
        "No novel is so long: save its text alone, without pictures, and import that.",
    )


def _directory_bytes(path: Path) -> int:
    """How long the table of contents of an archive is said to be; 0 where nothing says it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    end, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    said = struct.unpack_from("<I", tail, end + 12)[0] if 0 <= end <= len(tail) - 16 else 0
    if 0 <= large <= len(tail) - 48:  # a ZIP64 archive says it there
        said = max(said % _ZIP64, int(struct.unpack_from("<Q", tail, large + 40)[0]))
    return int(said)


def _leaves(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in name


def _check_overlaps(members: list[zipfile.ZipInfo], where: str) -> None:
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise _suspicious(where, "members of it overlap")
        end = member.header_offset + _HEADER_BYTES + member.compress_size
