"""How much a writer's memory grows with the book: run as a program, in a process of its own.

`python memory_of_writers.py MODULE` writes a small novel and then one forty times as long, and
prints how many bytes the process grew by at the second.
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.tree import ManuscriptChapter
from tests.manuscript.hand_made_books import book

SMALL, LARGE = 15, 600
"""Chapters."""
PARAGRAPHS = 30
"""Of each, all of them different; the large novel has some 25 MB."""


def main(module: str) -> None:
    _write(module, SMALL)
    before = _peak()
    _write(module, LARGE)
    sys.stdout.write(f"{_peak() - before}\n")


def _write(module: str, num_chapters: int) -> None:
    outline = book(*[f"Title {number}" for number in range(num_chapters)])

    def chapters() -> Iterator[ManuscriptChapter]:
        for heading in outline.contents:
            sentences = (
                f"She wrote part {part} of chapter {heading.number:06}. "
                for part in range(PARAGRAPHS)
            )
            yield ManuscriptChapter(heading, tuple(each * 37 for each in sentences), 0)

    manuscript = book(*[f"Title {n}" for n in range(num_chapters)], chapters=chapters())
    with tempfile.TemporaryFile() as file:
        import_module(module).write(manuscript, file, ExportOptions())


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(sys.argv[1])
