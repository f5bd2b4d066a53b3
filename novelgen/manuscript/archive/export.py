"""JSON: the manuscript for other programs, and behind it all rows of the novel for this one.

Written a chapter and a row at a time. `chapters` has the prose as a reader has it. `rows` is there
for a whole novel alone: each is a table's name and its columns, as `storage.archive_rows` gives
them, so that an import has every branch, revision, plan, note and mark again. Not in it are
memories, which are read from the text, and what the model saw for each passage.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import novelgen
from novelgen.manuscript.archive import FORMAT, VERSION
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter
from novelgen.manuscript.whole_files import write_text
from storage.schema import head_revision
from storage.unit_of_work import UnitOfWork


def write_archive(manuscript: Manuscript, file: BinaryIO, work: UnitOfWork | None) -> None:
    """Write the document; with `work` it holds all of the novel."""
    write_text(file, _pieces(manuscript, work))


def _pieces(manuscript: Manuscript, work: UnitOfWork | None) -> Iterator[str]:
    head = {
        "format": FORMAT,
        "version": VERSION,
        "schema": head_revision(),
        "branch": manuscript.branch,
        "generator": f"novelgen {novelgen.__version__}",
        "title": manuscript.title,
        "author": manuscript.author,
        "language": manuscript.language,
        "words": manuscript.words,
        "target_words": manuscript.target_words,
        "updated_at": manuscript.updated_at.isoformat(),
    }
    yield "{\n"
    for name, value in head.items():
        yield f" {json.dumps(name)}: {_json(value)},\n"
    yield ' "chapters": [\n'
    yield from _list(_chapter(chapter) for chapter in manuscript.chapters)
    yield " ]"
    if work is not None:
        yield ',\n "rows": [\n'
        yield from _list([table, row] for table, row in work.archive.rows(manuscript.novel_id))
        yield " ]"
    yield "\n}\n"


def _chapter(chapter: ManuscriptChapter) -> dict[str, Any]:
    heading = chapter.heading
    return {
        "number": heading.number,
        "label": heading.label,
        "title": heading.title,
        "part": heading.part,
        "words": chapter.words,
        "paragraphs": chapter.paragraphs,
    }


def _list(values: Iterator[Any]) -> Iterator[str]:
    """The items of a list, each on a line of its own."""
    before = "  "
    for value in values:
        yield before + _json(value)
        before = ",\n  "
    yield "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
