"""How a manuscript is to look, where a format leaves a choice."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from novelgen.manuscript.contact import Contact


class Style(StrEnum):
    """What pages look like."""

    MANUSCRIPT = "manuscript"
    """As editors and agents ask for it: double spaced, one plain face, a header on every page."""
    READING = "reading"
    """As a book."""


class PageSize(StrEnum):
    """Of formats that have pages."""

    LETTER = "letter"
    """8.5 by 11 inches."""
    A4 = "a4"
    """210 by 297 millimetres."""


class Face(StrEnum):
    """The face of a manuscript."""

    TIMES = "times"
    COURIER = "courier"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person wants of a file. Each format takes what it knows of."""

    style: Style | None = None
    """None is what the format is for."""
    is_smart: bool | None = None
    """Curly quotation marks and real dashes; None is what the format is for."""
    cover: Path | None = None
    """A JPEG or PNG for formats with a cover."""
    contact: Contact = field(default_factory=Contact)
    page_size: PageSize = PageSize.LETTER
    face: Face = Face.TIMES
