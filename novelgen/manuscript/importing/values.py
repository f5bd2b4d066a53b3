"""What is read out of a manuscript file, before anything of it is stored."""

from dataclasses import dataclass
from enum import StrEnum

from novelgen.text.author_notes import AnchoredNote
from novelgen.text.words import count_words


class TrackedChanges(StrEnum):
    """What becomes of the changes that a word processor has tracked."""

    NOTES = "notes"
    """The text is as it was before them, and each is told at its place."""
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class ImportedNote:
    """What somebody has said of a place, or would change there."""

    start: int
    """Of the passage, in the characters of the chapter's text."""
    end: int
    """Equal to `start` where a place is meant."""
    author: str
    """Empty where nobody is named."""
    body: str


@dataclass(frozen=True, slots=True)
class ImportedChapter:
    """A chapter as prose is stored: paragraphs with an empty line between them.

    Italics are as `text.emphasis` reads them; a scene break is a paragraph `* * *`, never the first
    or the last one.
    """

    title: str
    """Empty where its heading names only a number."""
    text: str
    number: int | None = None
    """The one in its heading, such as 12 in “Chapter XII”; None where there is none."""
    part: str | None = None
    """The title of the part that begins with it; None where none does."""
    notes: tuple[ImportedNote, ...] = ()
    """What others have said of it."""
    typed_notes: tuple[AnchoredNote, ...] = ()
    """The author's own, which were typed into it and are no part of its text."""

    @property
    def words(self) -> int:
        return count_words(self.text)


@dataclass(frozen=True, slots=True)
class ImportedManuscript:
    """A manuscript out of a file. It has at least one chapter, and every chapter has words."""

    chapters: tuple[ImportedChapter, ...]
    title: str = ""
    author: str = ""
    target_words: int | None = None
    """Where the file says it."""
    remarks: tuple[str, ...] = ()
    """What a person should know: pictures left out, tracked changes made notes, and so on."""

    @property
    def words(self) -> int:
        return sum(chapter.words for chapter in self.chapters)
