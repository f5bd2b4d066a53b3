"""A manuscript with smart marks: all of its prose and titles, a chapter at a time."""

from collections.abc import Iterator

from novelgen.manuscript.smart import smartened_manuscript
from novelgen.manuscript.tree import ManuscriptChapter
from novelgen.text.sentences import SCENE_BREAK
from novelgen.text.words import count_words
from tests.manuscript.hand_made_books import book


def test_titles_parts_byline_and_prose_get_smart_marks_and_breaks_stay() -> None:
    prose = ('"Don\'t--"', SCENE_BREAK, "He was gone...")
    straight = book("It's", prose=prose, parts={1: "'Tis"}, title='"Salt"', author="Ida O'Hara")
    smart = smartened_manuscript(straight)
    assert (smart.title, smart.author) == ("“Salt”", "Ida O’Hara")
    assert smart.contents[0].text == "Chapter 1: It’s"
    assert smart.contents[0].part == "’Tis"
    (chapter,) = smart.chapters
    assert chapter.heading == smart.contents[0]
    assert chapter.paragraphs == ("“Don’t—”", SCENE_BREAK, "He was gone…")
    assert chapter.words == count_words(" ".join(prose))


def test_chapters_are_read_when_they_are_asked_for() -> None:
    outline = book("One", "Two")
    read: list[int] = []

    def chapters() -> Iterator[ManuscriptChapter]:
        for heading in outline.contents:
            read.append(heading.number)
            yield ManuscriptChapter(heading, ("It's",), 1)

    smart = smartened_manuscript(book("One", "Two", chapters=chapters()))
    assert read == []
    assert next(smart.chapters).paragraphs == ("It’s",)
    assert read == [1]
