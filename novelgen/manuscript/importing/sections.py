"""A heading and what stands under it, up to the next one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelgen.manuscript.importing.blocks import Block, Break, Heading, Paragraph
from novelgen.text.words import count_words


@dataclass(frozen=True, slots=True)
class Section:
    """Prose under a heading."""

    heading: Heading | None
    """None for what stands before the first one."""
    body: tuple[Paragraph | Break, ...]
    words: int

    @property
    def level(self) -> int:
        """Of its heading; 0 where it has none."""
        return 0 if self.heading is None else self.heading.level

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [block for block in self.body if isinstance(block, Paragraph)]


def section(heading: Heading | None, body: Sequence[Paragraph | Break]) -> Section:
    """A section; its words are counted."""
    words = sum(count_words(block.text) for block in body if isinstance(block, Paragraph))
    return Section(heading, tuple(body), words)


def sections_of(blocks: Iterable[Block]) -> list[Section]:
    """The sections of a book in order; the first has no heading, and may be empty."""
    found: list[Section] = []
    heading: Heading | None = None
    body: list[Paragraph | Break] = []
    for block in blocks:
        if isinstance(block, Heading):
            found.append(section(heading, body))
            heading, body = block, []
        else:
            body.append(block)
    found.append(section(heading, body))
    return found
