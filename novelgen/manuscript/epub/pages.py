"""The pages of an EPUB book: XHTML 5 documents, each a whole file, in pieces.

A page looks as `style.css` says and works without it; no page has colours of its own, so a reader's
dark mode stays dark.
"""

from collections.abc import Iterable, Iterator

from novelgen.manuscript.html.markup import (
    escaped,
    heading_element,
    plain_heading,
    prose_elements,
    title_or_untitled,
)
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter

STYLE_SHEET = "style.css"
_SEMANTICS = {"prologue": "prologue", "epilogue": "epilogue"}
"""Of chapters without a label, by the first word of their title; others are plain chapters."""


def title_page(manuscript: Manuscript) -> Iterator[str]:
    """Title and author."""
    title = title_or_untitled(manuscript.title)
    author = escaped(manuscript.author)
    body = f'<section class="title-page" epub:type="titlepage">\n{plain_heading("h1", title)}\n'
    if author:
        body += f'<p class="author">{author}</p>\n'
    yield from page(manuscript.language, title, "frontmatter", [f"{body}</section>\n"])


def cover_page(manuscript: Manuscript, image: str) -> Iterator[str]:
    """The picture, as high as the screen at most."""
    alternative = f"Cover of {title_or_untitled(manuscript.title)}"
    body = (
        f'<section class="cover" epub:type="cover">\n<img src="{image}" role="doc-cover" '
        f'alt="{escaped(alternative)}"/>\n</section>\n'
    )
    yield from page(manuscript.language, "Cover", "frontmatter", [body])


def part_page(manuscript: Manuscript, part: str) -> Iterator[str]:
    """The title of a part on a page of its own."""
    body = (
        f'<section class="part" epub:type="part" role="doc-part">\n{plain_heading("h1", part)}\n'
        "</section>\n"
    )
    yield from page(manuscript.language, part, "bodymatter", [body])


def chapter_page(manuscript: Manuscript, chapter: ManuscriptChapter) -> Iterator[str]:
    """A chapter; its heading stands below that of a part where the book has parts."""
    heading = chapter.heading
    first_word = heading.title.partition(" ")[0].strip(":.,").lower()
    kind = "chapter" if heading.label else _SEMANTICS.get(first_word, "chapter")
    yield from page(
        manuscript.language,
        heading.text,
        "bodymatter",
        _chapter(chapter, kind, "h2" if manuscript.has_parts else "h1"),
    )


def page(language: str, title: str, matter: str, body: Iterable[str]) -> Iterator[str]:
    """A document of the book around the elements of its body."""
    tongue = escaped(language)
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{tongue}" xml:lang="{tongue}">\n<head>\n<meta charset="utf-8"/>\n'
        f"<title>{escaped(title)}</title>\n"
        f'<link rel="stylesheet" type="text/css" href="{STYLE_SHEET}"/>\n</head>\n'
        f'<body epub:type="{matter}">\n'
    )
    yield from body
    yield "</body>\n</html>\n"


def _chapter(chapter: ManuscriptChapter, kind: str, tag: str) -> Iterator[str]:
    yield f'<section class="chapter" epub:type="{kind}" role="doc-{kind}">\n'
    yield f"{heading_element(tag, chapter.heading)}\n"
    yield from prose_elements(chapter.paragraphs)
    yield "</section>\n"
