"""Pages around a novel that are not part of it: title, copyright, contents, dedication.

Recognised by their headings, or by what stands on them. Guarantees that no long paragraph of prose
is taken for one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelgen.manuscript.importing.blocks import Break, Paragraph
from novelgen.manuscript.importing.sections import Section
from novelgen.text.emphasis import without_marks
from novelgen.text.words import count_words

_HEADINGS = re.compile(
    r"(?:table of )?contents|copyright(?: page| notice| information)?|(?:half[- ]?)?title(?: page)?"
    r"|cover(?: page| image)?|imprint|colophon|uncopyright|dedication|frontispiece"
    r"|(?:also|other (?:books|works|titles)|(?:more )?(?:books|novels)) by\b.*|by the same author"
    r"|about the (?:author|publisher)s?|about (?:this|the) (?:e-?book|edition)"
    r"|(?:list of )?illustrations|transcriber['’]?s['’]? notes?|(?:foot|end)notes?:?|landmarks",
    re.IGNORECASE,
)
_MAX_WORDS = 1_500
"""A page of these headings that is longer is a chapter."""
_LIST = re.compile(r"(?:table of )?contents|(?:foot|end)notes?:?|(?:list of )?illustrations", re.I)
_MAX_NAMES = 3
_ENDS_SENTENCE = re.compile(r"[.!?…,;:—-][\"”’')]*$")
_MAX_RIGHTS_WORDS = 800
_MAX_PARAGRAPHS = 60
_LONG = 60
_SHORT_LINE, _MAX_CHARS = 14, 200
_BYLINE = re.compile(r"(?:(?:written|a novel|a story) )?by\b:?(?: (?P<author>\S.{0,80}))?", re.I)
_WORD_COUNT = re.compile(
    r"word count:? ?[\d,. ]*\d ?k?|\d{4}"
    r"|(?:(?:approx(?:imately|\.)?|about|around|circa|ca\.?) )?[\d,. ]*\d ?k? words?"
    r"(?: \(?approx(?:imately|\.)?\)?)?",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"©|\(c\)\s+\d{4}|\bcopyright\b|\ball rights reserved\b|\bisbn\b|\bfirst published\b"
    r"|\bpublished (?:by|in)\b|\bprinted (?:in|by)\b|\bwork of fiction\b|\btranslated (?:by|from)\b"
    r"|\billustrated by\b|\bedited by\b|\bcover (?:art|design)\b|\bproduced by\b"
    r"|[\w.+-]@[\w-]{1,64}\.\w|\bhttps?://|\bwww\.\w",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?[\d ()./-]{7,20}")
_IS_CONTENTS = re.compile(r"(?:table of )?contents\W*", re.IGNORECASE)
_DEDICATION = re.compile(r"(?:for|to|in memory of|dedicated to)\b[^.?!,]{1,80}\.?", re.IGNORECASE)
_END = re.compile(r"\W*(?:the )?(?:end|finis|fin)\W*|-30-", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W_]+")
_SUBTITLE = re.compile(r"[:;,(—–]|\s-\s")
_ARTICLES = frozenset({"the", "a", "an", "and"})


@dataclass(slots=True)
class TitlePage:
    """What stood on the pages before a novel."""

    title: str
    author: str
    others: tuple[str, ...] = ()
    """Names that may be those of the book or of who wrote it."""
    words: int = 0
    """On all of the pages that were left out."""
    num_paragraphs: int = 0


def is_front_page(section: Section) -> bool:
    """Whether a section is, by its heading, no part of a novel."""
    if section.heading is None:
        return False
    heading = section.heading.text.strip(" .:")
    if not _HEADINGS.fullmatch(heading):
        return False
    return section.words <= _MAX_WORDS or _LIST.fullmatch(heading) is not None


def is_same_title(one: str, other: str) -> bool:
    """Whether two lines name the same book, though one may add a subtitle."""
    first, second = _signatures(one), _signatures(other)
    return bool(first and second) and (first[0] in second or second[0] in first)


def without_title_page(
    body: Sequence[Paragraph | Break], page: TitlePage
) -> list[Paragraph | Break]:
    """What is left of the text before the first chapter; title and author go to `page`."""
    head = list(body[:_MAX_PARAGRAPHS])
    texts = [without_marks(block.text) if isinstance(block, Paragraph) else "" for block in head]
    end = _end_of_title_page(texts, page)
    _read_names(texts[:end], page)
    page.words += sum(count_words(text) for text in texts[:end])
    page.num_paragraphs += end
    return list(body[end:])


def without_names(body: Sequence[Paragraph | Break], page: TitlePage) -> list[Paragraph | Break]:
    """What is left of the text before the first heading when a few short lines are the title."""
    texts = [without_marks(block.text) for block in body if isinstance(block, Paragraph)]
    is_names = 0 < len(texts) <= _MAX_NAMES and all(
        len(text.split()) <= _SHORT_LINE and not _ENDS_SENTENCE.search(text) for text in texts
    )
    if not is_names:
        return list(body)
    page.title = page.title or texts[0]
    page.words += sum(map(count_words, texts))
    page.num_paragraphs += len(texts)
    return []


def says_rights(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a page without a heading is one of copyright."""
    words = sum(len(block.text.split()) for block in paragraphs)
    return words <= _MAX_RIGHTS_WORDS and any(_says_rights(block.text) for block in paragraphs)


def is_dedication(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether all that stands before the first chapter is a dedication."""
    return len(paragraphs) == 1 and _DEDICATION.fullmatch(paragraphs[0].text) is not None


def without_the_end(body: Sequence[Paragraph | Break]) -> tuple[Paragraph | Break, ...]:
    """The text of the last chapter without “The End”."""
    end = _without_breaks(body, len(body))
    if end > 1 and _says_end(body[end - 1]):
        end = _without_breaks(body, end - 1)
    return tuple(body[:end]) if end else tuple(body)


def _without_breaks(body: Sequence[Paragraph | Break], end: int) -> int:
    while end and isinstance(body[end - 1], Break):
        end -= 1
    return end


def _says_end(block: Paragraph | Break) -> bool:
    return isinstance(block, Paragraph) and _END.fullmatch(without_marks(block.text)) is not None


def _end_of_title_page(texts: Sequence[str], page: TitlePage) -> int:
    """How many of the paragraphs stand on the title page: those up to its last mark."""
    end = 0
    is_byline_open = lists_contents = False
    for at, text in enumerate(texts):
        words = len(text.split())
        is_mark = _is_mark(text, words, page)
        may_be_long = _MARK.search(text) or (lists_contents and not _ENDS_SENTENCE.search(text))
        if words > (_LONG if may_be_long else _SHORT_LINE) and not is_mark:
            break
        if is_mark or ((is_byline_open or lists_contents) and text):
            end = at + 1
        is_byline_open = text.strip().lower() in ("by", "by:")
        lists_contents = lists_contents or _IS_CONTENTS.fullmatch(text) is not None
    return end


def _is_mark(text: str, words: int, page: TitlePage) -> bool:
    if not text:
        return False
    if _MARK.search(text):
        return words <= _SHORT_LINE or _says_rights(text)
    if words > _SHORT_LINE or len(text) > _MAX_CHARS:
        return False
    names = (page.title, page.author, *page.others)
    is_known = any(is_same_title(text, name) for name in names)
    shapes = (_BYLINE, _WORD_COUNT, _IS_CONTENTS)
    return is_known or _is_phone(text) or any(shape.fullmatch(text) for shape in shapes)


def _says_rights(text: str) -> bool:
    found = {match.group().lower() for match in _MARK.finditer(text)}
    return bool(found & {"©", "copyright", "all rights reserved", "isbn", "work of fiction"})


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and sum(map(str.isdigit, text)) >= 7


def _read_names(texts: Sequence[str], page: TitlePage) -> None:
    """The title stands before the byline, the author in it or after it."""
    for at, text in enumerate(texts):
        found = _BYLINE.fullmatch(text)
        if found is None:
            continue
        following = next((each for each in texts[at + 1 :] if each), "")
        before = next((each for each in reversed(texts[:at]) if each), "")
        page.author = page.author or found["author"] or following
        page.title = page.title or (before if not _MARK.search(before) else "")
        return
    first = texts[0] if texts else ""
    has_contact = any("@" in text or _is_phone(text) for text in texts)
    is_name = not _is_mark(first, len(first.split()), page) and not _ENDS_SENTENCE.search(first)
    if is_name and not has_contact:
        page.title = page.title or first


def _signatures(title: str) -> list[list[str]]:
    """The words of a title, and those before its subtitle; none for a title without words."""
    whole, main = _words(title), _words(_SUBTITLE.split(title, maxsplit=1)[0])
    return [each for each in (whole, main) if each]


def _words(text: str) -> list[str]:
    words: Iterable[str] = _LETTERS.findall(text.lower().replace("’", "'").replace("'", ""))
    return [word for word in words if word not in _ARTICLES]
