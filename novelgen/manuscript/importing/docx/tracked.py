"""Tracked changes: taken over, taken back, or told as notes at their places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from novelgen.manuscript.importing.blocks import Comment
from novelgen.manuscript.importing.paragraphs import Piece, PlacedComment
from novelgen.manuscript.importing.values import TrackedChanges
from novelgen.text.emphasis import Run
from novelgen.text.sanitize import clean_line, clean_text

PARAGRAPH_END = "\n"
"""The text of a bit that is the end of a paragraph."""


class ChangeKind(StrEnum):
    INSERTED = "inserted"
    STRUCK = "struck"
    MOVED_AWAY = "moved away"
    MOVED_HERE = "moved here"
    UNDONE = "undone"
    """Inserted and struck again: it is in no version of the text."""


_OLD = frozenset({ChangeKind.STRUCK, ChangeKind.MOVED_AWAY})


@dataclass(frozen=True, slots=True)
class Change:
    """Who would do what."""

    kind: ChangeKind
    author: str

    @property
    def is_of_old_text(self) -> bool:
        """Whether what it touches stood there before it."""
        return self.kind in _OLD


@dataclass(frozen=True, slots=True)
class Bit:
    """Text of one look that one change touches, or none."""

    text: str
    is_italic: bool = False
    is_bold: bool = False
    change: Change | None = None


Part = Bit | PlacedComment


def stays(change: Change | None, tracked: TrackedChanges) -> bool:
    """Whether what a change touches is in the text."""
    if change is None:
        return True
    if change.kind is ChangeKind.UNDONE:
        return False
    return change.is_of_old_text != (tracked is TrackedChanges.ACCEPT)


def num_changes(parts: Sequence[Part]) -> int:
    """How many changes there are, a replacement being one."""
    return sum(_is_told(group.change) for group in _groups(parts))


def pieces_of(parts: Sequence[Part], tracked: TrackedChanges) -> list[Piece]:
    """The text as it is to be read, with a comment for every change where they become notes."""
    if tracked is not TrackedChanges.NOTES:
        return [each for part in parts for each in _piece(part, tracked)]
    return [piece for group in _groups(parts) for piece in _with_note(group)]


@dataclass(slots=True)
class _Group:
    """Parts next to each other that belong to one change, or to none."""

    change: Change | None
    parts: list[Part]
    inserted: str = ""
    """What is put in for what is struck."""


def _groups(parts: Sequence[Part]) -> list[_Group]:
    groups: list[_Group] = []
    for part in parts:
        change = groups[-1].change if groups and isinstance(part, PlacedComment) else None
        change = part.change if isinstance(part, Bit) else change
        if groups and groups[-1].change == change and not groups[-1].inserted:
            groups[-1].parts.append(part)
        elif groups and _replaces(groups[-1], change):
            groups[-1].inserted += part.text if isinstance(part, Bit) else ""
            if not isinstance(part, Bit):
                groups[-1].parts.append(part)
        else:
            groups.append(_Group(change, [part]))
    return groups


def _is_told(change: Change | None) -> bool:
    return change is not None and change.kind is not ChangeKind.UNDONE


def _replaces(group: _Group, change: Change | None) -> bool:
    """Whether a change puts in what stands for what the group before it strikes."""
    struck = group.change
    return (
        struck is not None
        and change is not None
        and struck.kind is ChangeKind.STRUCK
        and change.kind is ChangeKind.INSERTED
        and struck.author == change.author
        and any(isinstance(part, Bit) for part in group.parts)
    )


def _piece(part: Part, tracked: TrackedChanges) -> Iterator[Piece]:
    if isinstance(part, PlacedComment):
        yield part
    elif stays(part.change, tracked):
        yield Run(part.text, part.is_italic, part.is_bold)


def _with_note(group: _Group) -> Iterator[Piece]:
    pieces = [each for part in group.parts for each in _piece(part, TrackedChanges.NOTES)]
    if group.change is None or not _is_told(group.change):
        yield from pieces
        return
    touched = "".join(part.text for part in group.parts if isinstance(part, Bit))
    note = PlacedComment(Comment(group.change.author, _told(group, touched)))
    yield note
    yield from pieces
    if group.change.is_of_old_text:
        yield note


def _told(group: _Group, touched: str) -> str:
    assert group.change is not None
    text, inserted = _quoted(touched), _quoted(group.inserted)
    match group.change.kind:
        case ChangeKind.STRUCK if group.inserted:
            return f"{text} -> {inserted}"
        case ChangeKind.STRUCK:
            return f"would strike {text}" if touched.strip() else "would join the paragraphs here"
        case ChangeKind.INSERTED:
            is_parted = touched.strip() or PARAGRAPH_END not in touched
            return f"would insert {text}" if is_parted else "would begin a new paragraph here"
        case ChangeKind.MOVED_AWAY:
            return f"would move {text} elsewhere"
    return f"would move {text} here"


def _quoted(text: str) -> str:
    lines = (clean_line(line) for line in clean_text(text).split(PARAGRAPH_END))
    said = "\n\n".join(filter(None, lines))
    return f"“{said}”" if said else f"“{' ' if text else ''}”"
