"""Markdown: YAML front matter, one heading a chapter, `* * *` between scenes.

A book with parts has a heading for each, and its chapters one level below. Prose stays prose: what
would begin a heading, a list, a quotation or HTML is escaped, for CommonMark and for pandoc. Read
again by `importing`, it gives the same paragraphs.
"""

from collections.abc import Iterator
from typing import BinaryIO

import yaml

import novelgen
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter, is_scene_break
from novelgen.manuscript.whole_files import write_text
from novelgen.text.markdown_escapes import escaped_line, escaped_paragraph


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:  # noqa: ARG001
    """One file with everything."""
    write_text(file, render_markdown(manuscript))


def render_markdown(manuscript: Manuscript) -> Iterator[str]:
    """The file in pieces, ready to be written one after the other."""
    yield front_matter(manuscript)
    level = 2 if manuscript.has_parts else 1
    for chapter in manuscript.chapters:
        if chapter.heading.part is not None:
            yield f"\n# {escaped_line(chapter.heading.part)}\n"
        yield from render_chapter(chapter, level)


def render_chapter(chapter: ManuscriptChapter, level: int = 1) -> Iterator[str]:
    """A chapter under its heading."""
    yield f"\n{'#' * level} {escaped_line(chapter.heading.text)}\n"
    for paragraph in chapter.paragraphs:
        line = paragraph if is_scene_break(paragraph) else escaped_paragraph(paragraph)
        yield f"\n{line}\n"


def front_matter(manuscript: Manuscript) -> str:
    """What pandoc reads as the document's metadata."""
    fields = {
        "title": manuscript.title,
        **({"author": manuscript.author} if manuscript.author else {}),
        "lang": manuscript.language,
        "words": manuscript.words,
        "target_words": manuscript.target_words,
        "chapters": manuscript.num_chapters,
        "status": manuscript.status,
        "generator": f"novelgen {novelgen.__version__}",
        "model": manuscript.model,
        "adapter": manuscript.adapter,
        "seed": manuscript.seed,
    }
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)}---\n"
