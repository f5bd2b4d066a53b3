"""Tracked changes and comments of Word files."""

from pathlib import Path

import pytest

from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript, TrackedChanges
from tests.manuscript.importing.made_files import docx_parts, ins, p, part, put, r, struck

NOTES, ACCEPT, REJECT = TrackedChanges.NOTES, TrackedChanges.ACCEPT, TrackedChanges.REJECT
INSERTED_END = '<w:rPr><w:ins w:id="9" w:author="Ed"/></w:rPr>'
STRUCK_END = '<w:rPr><w:del w:id="9" w:author="Ed"/></w:rPr>'


def read(
    folder: Path, body: str, tracked: TrackedChanges = NOTES, **parts: str
) -> ImportedManuscript:
    return read_manuscript_file(put(folder, "a.docx", docx_parts(body, **parts)), tracked=tracked)


def told(chapter: ImportedChapter) -> list[tuple[str, str, str]]:
    """Who says what of which passage."""
    return [(note.author, note.body, chapter.text[note.start : note.end]) for note in chapter.notes]


@pytest.mark.parametrize(
    ("body", "before", "after", "notes"),
    [
        (p("He ", ins("really "), "left."), "He left.", "He really left.",
         [("Ed", "would insert “really”", "")]),
        (p("He ", struck("really "), "left."), "He really left.", "He left.",
         [("Ed", "would strike “really”", "really ")]),
        (p("He ", struck("ran"), ins("left"), "."), "He ran.", "He left.",
         [("Ed", "“ran” -> “left”", "ran")]),
        (p("He ", struck("ran"), ins("left", "Bo"), "."), "He ran.", "He left.",
         [("Ed", "would strike “ran”", "ran"), ("Bo", "would insert “left”", "")]),
        (p("He ", struck("r"), struck("an"), ins("le"), ins("ft"), "."), "He ran.", "He left.",
         [("Ed", "“ran” -> “left”", "ran")]),
        (p("He ", ins("x"), struck("y"), "."), "He y.", "He x.",
         [("Ed", "would insert “x”", ""), ("Ed", "would strike “y”", "y")]),
        (p("One.") + p(ins("Two."), properties=INSERTED_END) + p("Three."), "One.\n\nThree.",
         "One.\n\nTwo.\n\nThree.", [("Ed", "would insert “Two.”", "")]),
        (p("One. ", properties=INSERTED_END) + p("Two."), "One. Two.", "One.\n\nTwo.",
         [("Ed", "would begin a new paragraph here", "")]),
        (p("One. ", properties=STRUCK_END) + p("Two."), "One.\n\nTwo.", "One. Two.",
         [("Ed", "would join the paragraphs here", "")]),
        (p("One.") + p(struck("Two."), properties=STRUCK_END) + p("Three."),
         "One.\n\nTwo.\n\nThree.", "One.\n\nThree.", [("Ed", "would strike “Two.”", "Two.")]),
        (p('<w:moveFrom w:author="Ed">' + r("A. ") + "</w:moveFrom>", "B. ",
           '<w:moveTo w:author="Ed">' + r("A.") + "</w:moveTo>"), "A. B.", "B. A.",
         [("Ed", "would move “A.” elsewhere", "A. "), ("Ed", "would move “A.” here", "")]),
        (p("He ", r("was", '<w:i/><w:rPrChange w:author="Ed"><w:rPr/></w:rPrChange>')), "He was",
         "He *was*", []),
        (p("He ", '<w:ins w:author="Ann"><w:del w:author="Ed">' + r("never", tag="delText")
           + "</w:del></w:ins>", "left."), "He left.", "He left.", []),
        (p("He *", struck("was"), "* here"), "He *was* here", "He ** here",
         [("Ed", "would strike “was”", "was")]),
    ],
)  # fmt: skip
def test_tracked_changes(
    tmp_path: Path, body: str, before: str, after: str, notes: list[tuple[str, str, str]]
) -> None:
    found = read(tmp_path, body)
    assert found.chapters[0].text == before
    assert [(a, b, c.strip()) for a, b, c in told(found.chapters[0])] == [
        (a, b, c.strip()) for a, b, c in notes
    ]
    rejected, accepted = read(tmp_path, body, REJECT), read(tmp_path, body, ACCEPT)
    assert (rejected.chapters[0].text, accepted.chapters[0].text) == (before, after)
    assert rejected.chapters[0].notes == accepted.chapters[0].notes == ()


def test_changes_are_counted(tmp_path: Path) -> None:
    body = p("He ", struck("ran"), ins("left"), " and ", ins("so on"), ".")
    assert read(tmp_path, body).remarks[0] == (
        "2 tracked changes became notes; the text is as it was before."
    )
    assert read(tmp_path, body, ACCEPT).remarks[0] == "Taken over: 2 tracked changes."
    assert read(tmp_path, body, REJECT).remarks[0] == "Left out: 2 tracked changes."


def test_places_are_those_of_the_chapter(tmp_path: Path) -> None:
    body = (
        p(r("Chapter 1", "<w:b/>")) + p("One ", r("two", "<w:i/>"), " three.") + p("* * *")
        + p("Four ", r("fi", "<w:i/>"), f"{struck('ve')} six.") + p(r("Chapter 2", "<w:b/>"))
        + p("Seven ", struck("eight"), ".")
    )  # fmt: skip
    first, second = read(tmp_path, body).chapters
    assert told(first) == [("Ed", "would strike “ve”", "ve")]
    assert told(second) == [("Ed", "would strike “eight”", "eight")]


def comment(identity: int, author: str, *lines: str, paragraph: str = "") -> str:
    inside = "".join(map(p, lines))
    if paragraph:
        inside = inside.replace("<w:p>", f'<w:p w14:paraId="{paragraph}">')
    return f'<w:comment w:id="{identity}" w:author="{author}">{inside}</w:comment>'


def begin(identity: int) -> str:
    return f'<w:commentRangeStart w:id="{identity}"/>'


def end(identity: int) -> str:
    return (
        f'<w:commentRangeEnd w:id="{identity}"/><w:r><w:commentReference w:id="{identity}"/></w:r>'
    )


def test_comments_stand_at_their_passages(tmp_path: Path) -> None:
    comments = part(
        "comments",
        comment(0, "Bo", "Why?", "Really?")
        + comment(1, "Ann", "Here.")
        + comment(2, "Bo", "Over paragraphs.")
        + comment(3, "Bo", "At a place.")
        + comment(4, "Bo", "Nowhere."),
    )
    body = (
        p("He ", begin(0), r("was", "<w:i/>"), end(0), " ", begin(1), "here", end(1), ".")
        + p("One ", begin(2), "two.") + begin(9) + p("Three", end(2), " four.")
        + p("Five.", '<w:r><w:commentReference w:id="3"/></w:r>')
    )  # fmt: skip
    found = read(tmp_path, body, comments=comments)
    assert told(found.chapters[0]) == [
        ("Bo", "Why?\n\nReally?", "was"),
        ("Ann", "Here.", "here"),
        ("Bo", "Over paragraphs.", "two.\n\nThree"),
        ("Bo", "At a place.", ""),
    ]
    assert "5 comments became notes." in found.remarks


def test_replies_stand_below_what_they_answer(tmp_path: Path) -> None:
    comments = part(
        "comments",
        comment(0, "Bo", "Why?", paragraph="A1") + comment(1, "Ann", "So.", paragraph="A2"),
    )
    threads = (
        part("x", "")
        .replace("w:x", "w15:commentsEx")
        .replace(
            "></w15:commentsEx>",
            '><w15:commentEx w15:paraId="A1" w15:done="1"/>'
            '<w15:commentEx w15:paraId="A2" w15:paraIdParent="A1"/></w15:commentsEx>',
        )
    )
    body = p("He ", begin(0), begin(1), "was", end(0), end(1), " here.")
    found = read(tmp_path, body, comments=comments, commentsExtended=threads)
    assert told(found.chapters[0]) == [("Bo", "(resolved) Why?\n\nAnn: So.", "was")]


def test_a_comment_on_a_heading_stands_at_the_beginning_of_its_chapter(tmp_path: Path) -> None:
    comments = part("comments", comment(0, "Bo", "Rename it."))
    body = p("<w:r><w:rPr><w:b/></w:rPr><w:t>Chapter 1</w:t></w:r>", begin(0), end(0))
    body += p("One.") + p(r("Chapter 2", "<w:b/>")) + p("Two.")
    first, second = read(tmp_path, body, comments=comments).chapters
    assert told(first) == [("Bo", "Rename it.", "")] and first.notes[0].start == 0
    assert second.notes == ()


def test_a_comment_that_goes_on_into_the_next_chapter_stands_in_the_first(tmp_path: Path) -> None:
    comments = part("comments", comment(0, "Bo", "Long."))
    body = p(r("Chapter 1", "<w:b/>")) + p("One ", begin(0), "two.")
    body += p(r("Chapter 2", "<w:b/>")) + p("Three", end(0), ".")
    first, second = read(tmp_path, body, comments=comments).chapters
    assert [note.body for note in first.notes] == ["Long."] and second.notes == ()
