"""The picture on a cover: a JPEG or PNG that reading systems will take.

Nothing is decoded: the file is read through as far as its structure goes, so that a broken one is
found here and not by a shop. Knows nothing of the picture's looks.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelgen.errors import UsageError

MAX_BYTES = 20 * 2**20
MAX_SIDE = 10_000
"""Pixels."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG's frame, which tells its size."""
_SCAN = 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture that was looked through."""

    data: bytes
    media_type: str
    file: str
    """Its name in the book."""


def read_cover(path: Path) -> Cover:
    """The picture in a file. Raises `UsageError` for what is no sound JPEG or PNG."""
    data = _read(path)
    if data.startswith(_PNG):
        kind, size = "image/png", _png_size(data)
    elif data.startswith(_JPEG):
        kind, size = "image/jpeg", _jpeg_size(data)
    else:
        raise UsageError(f"{path} is no JPEG or PNG.", "Give a picture of one of these kinds.")
    if size is None or 0 in size:
        raise UsageError(f"The picture {path} is damaged.", "Save it again, or give another one.")
    if max(size) > MAX_SIDE:
        raise UsageError(
            f"The picture {path} has {size[0]:,} by {size[1]:,} pixels.",
            f"Give one with at most {MAX_SIDE:,} on a side; 1,600 by 2,400 are plenty.",
        )
    return Cover(data, kind, f"cover.{'png' if kind == 'image/png' else 'jpg'}")


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UsageError(f"There is no picture {path}.", "Give the path of a JPEG or PNG file.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The picture {path} cannot be read: {error.strerror or error}.",
            "Check its permissions, or give another one.",
        ) from error
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"The picture {path} is larger than {MAX_BYTES // 2**20} MiB.", "Save it smaller."
        )
    return data


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height; None unless every chunk is whole, from IHDR to IEND."""
    kinds = [kind for kind, _ in _png_chunks(data)]
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The whole chunks, up to the first that is not, or the end."""
    place = len(_PNG)
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        body = data[place + 4 : place + 8 + length]
        checksum = data[place + 8 + length : place + 12 + length]
        if len(checksum) < 4 or zlib.crc32(body) != int.from_bytes(checksum):
            return
        yield body[:4], body[4:]
        if body[:4] == b"IEND":
            return
        place += 12 + length


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height; None unless a frame, a scan and the end are there."""
    size = None
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4])
        if marker in _FRAMES and length >= 8 and place + 9 <= len(data):
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            size = int.from_bytes(width), int.from_bytes(height)
        if marker == _SCAN:
            return size if data.rfind(b"\xff\xd9") > place else None
        place += 2 + max(length, 2)
    return None
