"""What every format is read into: headings, paragraphs and scene breaks, one after the other.

Which of the headings are chapters, and which of the paragraphs are headings that nobody marked as
such, is found out from these blocks alone (`chapters`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from novelgen.manuscript.importing.heading_lines import HeadingLine, read_heading, titled


@dataclass(frozen=True, slots=True, eq=False)
class Comment:
    """A note of somebody, wherever it stands; each is itself, though two may say the same."""

    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A place where a comment begins, ends, or both: its first edge in a book and its last."""

    comment: Comment
    at: int
    """In the characters of the block's text."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose: one line, white space single, italics as `text.emphasis` has them."""

    text: str
    edges: tuple[Edge, ...] = ()
    gap: int = 0
    """Empty lines before it."""
    stands_out: bool = False
    """Whether it is set as headings are: centred, bold, or the first on a new page."""
    is_verbatim: bool = False
    """Whether it is prose whatever it looks like; another one may be a heading or a scene break."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is marked as a heading in the file, or was found to be one."""

    level: int
    """1 is the highest."""
    line: HeadingLine
    edges: tuple[Edge, ...] = ()

    @property
    def text(self) -> str:
        """As it is in the file, in one line."""
        return self.line.text


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a scene."""

    edges: tuple[Edge, ...] = ()


Block = Paragraph | Heading | Break


@dataclass(slots=True)
class Draft:
    """All that a file holds, before chapters are made of it."""

    blocks: list[Block]
    title: str = ""
    author: str = ""
    target_words: int | None = None
    title_hint: str = ""
    """What the file is called in its properties, where nothing better is known."""
    author_hint: str = ""
    remarks: list[str] = field(default_factory=list)
    num_pictures: int = 0
    """Left out."""
    num_footnotes: int = 0
    """Left out too."""
    is_own: bool = False
    """Whether it was exported as Markdown by this program: then everything is what it says."""


def heading(level: int, text: str, edges: tuple[Edge, ...] = ()) -> Heading:
    """The heading that a text is."""
    return Heading(level, read_heading(text), edges)


def heading_of_lines(level: int, lines: Sequence[str], edges: tuple[Edge, ...] = ()) -> Heading:
    """The heading that is set in lines: a number, and its title below."""
    first = read_heading(lines[0])
    rest = " ".join(lines[1:])
    if first.is_bare and rest:
        return Heading(level, titled(first, rest), edges)
    return heading(level, " ".join(lines), edges)
