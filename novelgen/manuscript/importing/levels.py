"""Which level of headings is that of the chapters.

It is the one under which most of the words stand directly. Sections within chapters may hold more
words than the openings of the chapters that they follow; then a higher level is the chapters', when
its headings nearly all have prose and the lower ones do not count on across them.
"""

from collections import defaultdict
from collections.abc import Sequence

from novelgen.manuscript.importing.heading_lines import HeadingLine, LineKind
from novelgen.manuscript.importing.sections import Section

_LEAST_HEADINGS = 2
_SHARE_WITH_PROSE = 0.6
_LEAST_SHARE_OF_MEAN = 0.2
"""Of the words of a section, that the opening of a chapter has at least."""
_SHARE_SAYING_CHAPTER = 0.5


def chapter_level(sections: Sequence[Section]) -> int:
    """The level of the chapters' headings; 1 where there are no headings with prose."""
    words: dict[int, int] = defaultdict(int)
    for section in sections:
        if section.heading is not None:
            words[section.level] += section.words
    if not any(words.values()):
        return 1
    level = max(words, key=lambda each: (words[each], -each))
    if _say_chapter(sections, level):
        return level
    for higher in sorted((each for each in words if each < level), reverse=True):
        if _has_sections(sections, higher, level):
            level = higher
    return level


def _of_level(sections: Sequence[Section], level: int) -> list[tuple[HeadingLine, int]]:
    """The headings of a level that may be chapters', with their words."""
    return [
        (section.heading.line, section.words)
        for section in sections
        if section.heading is not None
        and section.level == level
        and section.heading.line.kind not in (LineKind.PART, LineKind.UNCOUNTED)
    ]


def _say_chapter(sections: Sequence[Section], level: int) -> bool:
    lines = _of_level(sections, level)
    saying = sum(line.kind is LineKind.CHAPTER for line, _ in lines)
    return bool(lines) and saying >= _SHARE_SAYING_CHAPTER * len(lines)


def _has_sections(sections: Sequence[Section], higher: int, lower: int) -> bool:
    """Whether the headings of the higher level are chapters, those of the lower one inside them."""
    chapters, inside = _of_level(sections, higher), _of_level(sections, lower)
    with_prose = [words for _, words in chapters if words]
    if len(with_prose) < max(_LEAST_HEADINGS, _SHARE_WITH_PROSE * len(chapters)):
        return False
    mean_inside = sum(words for _, words in inside) / max(1, len(inside))
    mean = sum(with_prose) / len(with_prose)
    return mean >= _LEAST_SHARE_OF_MEAN * mean_inside and not _counts_on(sections, higher, lower)


def _counts_on(sections: Sequence[Section], higher: int, lower: int) -> bool:
    """Whether the lower headings are counted through, across those of the higher level."""
    last: int | None = None
    across = anew = 0
    is_new = False
    for section in sections:
        if section.heading is None:
            continue
        is_new = is_new or section.level == higher
        number = section.heading.line.number
        if section.level == lower and number is not None:
            if is_new and last is not None:
                across += number == last + 1
                anew += number != last + 1
            last, is_new = number, False
    return across > anew
