"""A manuscript as the JSON files that the page designs read: one of the book, one a chapter."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from novelgen.manuscript.docx.looks import PAGES
from novelgen.manuscript.export_options import ExportOptions, Style
from novelgen.manuscript.submission import byline_of, page_header, title_of, told_length
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter, is_scene_break
from novelgen.text.emphasis import runs_of
from novelgen.text.sanitize import clean_line, clean_text

BOOK = "book.json"
CHAPTERS = "chapters"
_RUNNING_CHARACTERS = 46
"""As many as fit in a line at the top of a page, in capitals."""


def write_data(manuscript: Manuscript, folder: Path, options: ExportOptions) -> None:
    """Everything that `options` want in the file; a chapter is written when it is read."""
    _write(folder / BOOK, _book(manuscript, options))
    (folder / CHAPTERS).mkdir()
    level = 1
    for number, chapter in enumerate(manuscript.chapters, start=1):
        level = level if chapter.heading.part is None else 2
        _write(folder / CHAPTERS / f"{number}.json", _chapter(number, chapter, level))


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data), encoding="ascii")


def _book(manuscript: Manuscript, options: ExportOptions) -> dict[str, Any]:
    moment = manuscript.updated_at.astimezone(UTC)
    contact = options.contact if options.style is Style.MANUSCRIPT else None
    byline = clean_line(manuscript.author) if contact is None else byline_of(manuscript, contact)
    return {
        "title": title_of(manuscript),
        "running": _running(title_of(manuscript)),
        "authors": [byline] if byline else [],
        "language": manuscript.language.split("-")[0],
        "date": {
            name: getattr(moment, name)
            for name in ("year", "month", "day", "hour", "minute", "second")
        },
        "page": PAGES[options.page_size],
        "has-parts": manuscript.has_parts,
        "chapters": manuscript.num_chapters,
        "submission": None
        if contact is None
        else {
            "contact": [clean_line(line) for line in contact.lines],
            "length": told_length(manuscript.words),
            "header": page_header(manuscript, contact),
        },
    }


def _chapter(number: int, chapter: ManuscriptChapter, level: int) -> dict[str, Any]:
    heading = chapter.heading
    return {
        "number": number,
        "level": level,
        "part": None if heading.part is None else clean_line(heading.part),
        "label": clean_line(heading.label),
        "title": clean_line(heading.title),
        "heading": clean_line(heading.text),
        "running": _running(clean_line(heading.title or heading.label)),
        "paragraphs": list(map(_paragraph, chapter.paragraphs)),
    }


def _running(title: str) -> str:
    """A title for the top of a page: one line."""
    words = title.split()
    while len(words) > 1 and len(" ".join(words)) > _RUNNING_CHARACTERS:
        words.pop()
    shown = " ".join(words)[:_RUNNING_CHARACTERS]
    return title if shown == title else f"{shown.rstrip(' ,;:.')} …"


def _paragraph(paragraph: str) -> str | list[list[str | bool]] | None:
    """A text, a list of runs, or None for the end of a scene."""
    if is_scene_break(paragraph):
        return None
    runs = runs_of(" ".join(clean_text(paragraph).split("\n")))
    if not any(run.is_italic or run.is_bold for run in runs):
        return "".join(run.text for run in runs)
    return [[run.text, run.is_italic, run.is_bold] for run in runs]
