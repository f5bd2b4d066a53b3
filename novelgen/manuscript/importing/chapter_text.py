"""The text of a chapter out of its paragraphs, with the comments at their places."""

from collections.abc import Iterable, Iterator

from novelgen.manuscript.importing.blocks import Break, Comment, Edge, Paragraph
from novelgen.manuscript.importing.values import ImportedNote
from novelgen.text.sentences import SCENE_BREAK

_BETWEEN = "\n\n"


class ChapterText:
    """Takes blocks in order. A scene break stays only between two paragraphs."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._length = 0
        self._is_broken = False
        self._edges: list[tuple[Comment, int]] = []
        self._waiting: list[Comment] = []

    def add(self, block: Paragraph | Break) -> None:
        """Put a paragraph or a break at the end."""
        if isinstance(block, Break) or block.text == SCENE_BREAK:
            self._is_broken = True
            self.add_edges(block.edges)
        elif block.text:
            self._add_paragraph(block)

    def add_edges(self, edges: Iterable[Edge]) -> None:
        """Comments on something that is not in the text: they stand at what follows."""
        self._waiting += [edge.comment for edge in edges]

    @property
    def text(self) -> str:
        return _BETWEEN.join(self._paragraphs)

    def notes(self, taken: set[Comment]) -> tuple[ImportedNote, ...]:
        """The notes in order. A comment that goes on in the next chapter stands here alone.

        `taken` are those of chapters before; the ones of this chapter are put to them.
        """
        places: dict[Comment, list[int]] = {}
        ends = [(comment, self._length) for comment in self._waiting]
        for comment, at in [*self._edges, *ends]:
            if comment not in taken:
                places.setdefault(comment, []).append(at)
        taken.update(places)
        return tuple(sorted(_notes(places), key=lambda note: (note.start, note.end)))

    def _add_paragraph(self, block: Paragraph) -> None:
        if self._is_broken and self._paragraphs:
            self._append(SCENE_BREAK)
        self._is_broken = False
        start = self._append(block.text)
        self._edges += [(comment, start) for comment in self._waiting]
        self._waiting = []
        self._edges += [(edge.comment, start + edge.at) for edge in block.edges]

    def _append(self, paragraph: str) -> int:
        start = self._length + (len(_BETWEEN) if self._paragraphs else 0)
        self._paragraphs.append(paragraph)
        self._length = start + len(paragraph)
        return start


def _notes(places: dict[Comment, list[int]]) -> Iterator[ImportedNote]:
    for comment, at in places.items():
        yield ImportedNote(min(at), max(at), comment.author, comment.body)
