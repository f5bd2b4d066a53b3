"""The HTML writer: one file that any browser shows, by day and by night, on paper and on a phone.

It needs nothing from anywhere and runs no script; its content security policy lets a browser load
nothing but its own style sheet. Read as XML it is well formed. Memory does not grow with the book,
and a novel that has not changed gives the same bytes.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import BinaryIO

import novelgen
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.html.contents import chapter_anchor, contents_list, part_anchor
from novelgen.manuscript.html.markup import (
    escaped,
    heading_element,
    plain_heading,
    prose_elements,
    title_or_untitled,
)
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter
from novelgen.manuscript.whole_files import write_text

_STYLE_SHEET = "style.css"


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:  # noqa: ARG001
    """One file with everything."""
    write_text(file, render_html(manuscript))


def render_html(manuscript: Manuscript) -> Iterator[str]:
    """The file in pieces, ready to be written one after the other."""
    style = resources.files(__package__).joinpath(_STYLE_SHEET).read_text("utf-8")
    yield from _head(manuscript, style)
    yield "<body>\n"
    yield from _title_page(manuscript)
    yield from contents_list(manuscript)
    yield "<main>\n"
    yield from _text(manuscript)
    yield "</main>\n</body>\n</html>\n"


def _head(manuscript: Manuscript, style: str) -> Iterator[str]:
    language = escaped(manuscript.language)
    author = escaped(manuscript.author)
    yield (
        '<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'lang="{language}" xml:lang="{language}">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escaped(title_or_untitled(manuscript.title))}</title>\n"
    )
    if author:
        yield f'<meta name="author" content="{author}"/>\n'
    yield f'<meta name="generator" content="novelgen {escaped(novelgen.__version__)}"/>\n'
    yield f"<style>{style}</style>\n</head>\n"


def _policy(style: str) -> str:
    """Nothing is loaded, run or sent; the one style sheet is known by its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _title_page(manuscript: Manuscript) -> Iterator[str]:
    title = title_or_untitled(manuscript.title)
    yield f'<header class="title-page">\n{plain_heading("h1", title)}\n'
    author = escaped(manuscript.author)
    if author:
        yield f'<p class="author">{author}</p>\n'
    yield "</header>\n"


def _text(manuscript: Manuscript) -> Iterator[str]:
    """Parts around their chapters; chapters before the first part stand by themselves."""
    is_in_part = False
    for chapter in manuscript.chapters:
        heading = chapter.heading
        if heading.part is not None:
            yield "</section>\n" * is_in_part
            yield f'<section class="part" id="{part_anchor(heading)}">\n'
            yield f"{plain_heading('h2', title_or_untitled(heading.part))}\n"
            is_in_part = True
        yield from _chapter(chapter, "h3" if is_in_part else "h2", manuscript.num_chapters > 1)
    yield "</section>\n" * is_in_part


def _chapter(chapter: ManuscriptChapter, tag: str, has_contents: bool) -> Iterable[str]:
    yield f'<section class="chapter" id="{chapter_anchor(chapter.heading)}">\n'
    yield f"{heading_element(tag, chapter.heading)}\n"
    yield from prose_elements(chapter.paragraphs)
    if has_contents:
        yield '<p class="back"><a href="#contents">Back to contents</a></p>\n'
    yield "</section>\n"
