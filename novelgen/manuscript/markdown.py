"""Markdown: YAML front matter, one heading a chapter, `* * *` between scenes.

Prose stays prose: a paragraph that would begin a heading, list, quotation or HTML is escaped.
Escaping never changes the number of words.
"""

import re
from collections.abc import Iterator

import yaml

import novelgen
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter, is_scene_break

_BLOCK_START = re.compile(r"^(#{1,6}(?=\s|$)|[>+=|~`-]|\*(?=\s)|(\d+)(?=[.)](?:\s|$)))")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")


def render_markdown(manuscript: Manuscript) -> Iterator[str]:
    """The file in pieces, ready to be written one after the other."""
    yield _front_matter(manuscript)
    for chapter in manuscript.chapters:
        yield f"\n# {heading(chapter)}\n"
        for paragraph in chapter.paragraphs:
            yield f"\n{_paragraph(paragraph)}\n"


def heading(chapter: ManuscriptChapter) -> str:
    """The heading of a chapter, on one line."""
    label = f"Chapter {chapter.number}"
    return f"{label}: {_inline(chapter.title)}" if chapter.title else label


def _front_matter(manuscript: Manuscript) -> str:
    fields = {
        "title": manuscript.title,
        **({"author": manuscript.author} if manuscript.author else {}),
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


def _paragraph(paragraph: str) -> str:
    if is_scene_break(paragraph):
        return paragraph
    escaped = _inline(paragraph)
    match = _BLOCK_START.match(escaped)
    if match is None:
        return escaped
    at = match.end(2) if match.group(2) else 0
    return f"{escaped[:at]}\\{escaped[at:]}"


def _inline(text: str) -> str:
    return _TAG_START.sub(r"\\<", text)
