"""What this program writes for readers and editors comes back as the same chapters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from novelgen.manuscript.contact import Contact
from novelgen.manuscript.export_options import ExportOptions, Face, Style
from novelgen.manuscript.formats import format_of
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.tree import Manuscript
from novelgen.text.emphasis import runs_of
from tests.manuscript.hand_made_books import book, hostile_book

PROSE = (
    "The lamp was *out*, and nobody came to light it again.",
    "* * *",
    "Nobody **ever** came, and ***never*** would, or so they said in the town below.",
    "I",
    "“Chapter 3 is the best of them,” she said. 5 * 3 is _fifteen_.",
)
TITLES = ("Prologue", "The Storm", "", "II: I, Claudius", "Epilogue: After")
CONTACT = Contact("Ann Ray", ("1 High St", "Boston MA 02115"), "ann@example.org", "(555) 123-4567")
FORMATS = [
    ("epub", ExportOptions()),
    ("docx", ExportOptions(style=Style.MANUSCRIPT, contact=CONTACT)),
    ("docx", ExportOptions(style=Style.MANUSCRIPT, face=Face.COURIER)),
    ("docx", ExportOptions(style=Style.READING)),
    ("txt", ExportOptions()),
]


def written(folder: Path, manuscript: Manuscript, name: str, options: ExportOptions) -> Path:
    chosen = format_of(name)
    path = folder / f"novel.{name}"
    with path.open("w+b") as file:
        chosen.writer(manuscript, file, chosen.options(options))
    return path


def formats() -> Iterator[object]:
    for name, options in FORMATS:
        yield pytest.param(name, options, id=f"{name}-{options.style or ''}-{options.face}")


@pytest.mark.parametrize(("name", "options"), formats())
@pytest.mark.parametrize("parts", [{}, {1: "The Coming", 3: "Part Two: The Leaving"}])
def test_chapters_come_back(
    tmp_path: Path, name: str, options: ExportOptions, parts: dict[int, str]
) -> None:
    path = written(tmp_path, book(*TITLES, prose=PROSE, parts=parts), name, options)
    read = read_manuscript_file(path)
    assert (read.title, read.author) == ("Salt", "I. M. Ray")
    assert [each.title for each in read.chapters] == list(TITLES)
    assert [each.number for each in read.chapters] == [None, 1, 2, 3, None]
    found = [each.part for each in read.chapters]
    wanted = [parts.get(number) for number in range(1, 6)]
    if name == "txt":  # there, a part's heading has to say that it is one
        wanted = [f"Part 1: {part}" if part == "The Coming" else part for part in wanted]
    assert found == wanted
    for chapter in read.chapters:
        as_typed = tuple(chapter.text.split("\n\n"))
        assert tuple(map(runs_of, as_typed)) == tuple(map(runs_of, PROSE))


@pytest.mark.parametrize(("name", "options"), formats())
def test_hostile_books_come_back_with_all_their_chapters(
    tmp_path: Path, name: str, options: ExportOptions
) -> None:
    if name == "txt":
        pytest.skip("plain text has no escapes: prose that looks like a heading is one")
    manuscript = hostile_book()
    read = read_manuscript_file(written(tmp_path, manuscript, name, options))
    assert len(read.chapters) == manuscript.num_chapters
    assert len({each.words for each in read.chapters}) == 1
