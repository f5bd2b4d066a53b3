"""What stands above the shelf, and what of a novel is searched."""

from collections.abc import Sequence

from textual.content import Content

from novelgen.tui.library.novel_words import counted
from novelgen.tui.library.reading import ShelfNovel


def searched(novel: ShelfNovel) -> str:
    """The words that a novel is found by."""
    return f"{novel.title}\n{novel.author}\n{novel.premise}".casefold()


def shelf_head(novels: Sequence[ShelfNovel]) -> Content:
    """How much there is, and what waits."""
    words = sum(novel.words for novel in novels)
    waiting = sum(novel.waiting for novel in novels)
    told = f"{counted(len(novels), 'novel')}, {counted(words, 'word')}" if novels else ""
    inbox = f"   ✉ {counted(waiting, 'chapter')} in the inbox: " if waiting else ""
    return Content.assemble(
        (" novelgen ", "bold $background on $primary"),
        f"  {told}",
        (inbox, "$warning"),
        ("i" if waiting else "", "bold $primary"),
    )
