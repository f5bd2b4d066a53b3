"""The lines of a journal: what a sitting begins with, and every edit, as text that tells damage.

A line is a checksum and a JSON document. The checksum goes on from that of the line before, so
that a line counts only behind all the lines that it was written behind.
"""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any

from novelgen.text.machine_words import Ranges

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Begun:
    """The chapter that a sitting began with."""

    novel_id: str
    branch_id: str
    chapter: int
    revision_id: str | None
    """None for a chapter that had no text yet."""
    words: int = 0
    num_segments: int = 0
    state: str = ""
    """Of the revision as it was seen; a run may have written on since."""
    seen_text: str | None = None
    """The revision's text as it was seen, where that is not all of it, or a run may write on."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: where the sitting began, and the whole text when the line was written."""

    begun: Begun
    text: str
    machine: Ranges
    at: float
    """Seconds since the epoch."""
    pid: int
    host: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Typed:
    """`text` put in the place of `[start, end)`."""

    start: int
    end: int
    text: str
    at: float
    by_machine: bool = False
    machine: Ranges | None = None
    """All of the machine's stretches behind it; None where they follow from the edit."""
    begun: Begun | None = None
    """The chapter that the text now goes on from, where the edit takes words of it in."""


@dataclass(frozen=True, slots=True)
class SaveBegun:
    """The text as it stands here is being handed in."""

    at: float


Line = Header | Typed | SaveBegun | Begun
"""A beginning behind others: the text is saved so far, and goes on from there."""


class DamagedLine(Exception):
    """A line that was cut off or changed."""


class NewerFormat(Exception):
    """A header that a newer version wrote."""


def payload_of(line: Line) -> bytes:
    """A line as JSON; escapes keep control characters and half characters harmless."""
    match line:
        case Header():
            document: dict[str, Any] = {"header": asdict(line)}
        case Typed():
            document = {"typed": _short(line)}
        case Begun():
            document = {"begun": asdict(line)}
        case SaveBegun():
            document = {"save": {"at": line.at}}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def encoded(payload: bytes, behind: int) -> tuple[bytes, int]:
    """The bytes of a line behind one with the checksum `behind`, 0 for the first; its checksum."""
    checksum = zlib.crc32(payload, behind)
    return b"%08x %b\n" % (checksum, payload), checksum


def decoded(data: bytes, behind: int) -> tuple[Line, int]:
    """The reverse, of a line with its end. Raises `DamagedLine`."""
    payload = data[9:-1]
    checksum = zlib.crc32(payload, behind)
    if data[:9] != b"%08x " % checksum or data[-1:] != b"\n":
        raise DamagedLine("the checksum does not fit")
    try:
        ((kind, document),) = json.loads(payload).items()
        return _line(kind, document), checksum
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DamagedLine(str(error)) from error


def _line(kind: str, document: dict[str, Any]) -> Line:
    if kind == "header" and document["format"] > FORMAT:
        raise NewerFormat
    if document.get("machine") is not None:
        document["machine"] = tuple((start, end) for start, end in document["machine"])
    if document.get("begun") is not None:
        document["begun"] = Begun(**document["begun"])
    match kind:
        case "header":
            return Header(**document)
        case "typed":
            return Typed(**document)
        case "begun":
            return Begun(**document)
        case "save":
            return SaveBegun(**document)
    raise ValueError(f"a line of an unknown kind, {kind!r}")


def _short(line: Typed) -> dict[str, object]:
    """An edit without what it does not need to say: most of them are one key."""
    document: dict[str, object] = {
        "start": line.start,
        "end": line.end,
        "text": line.text,
        "at": round(line.at, 3),
    }
    if line.by_machine:
        document["by_machine"] = True
    if line.machine is not None:
        document["machine"] = line.machine
    if line.begun is not None:
        document["begun"] = asdict(line.begun)
    return document
