"""Manuscripts made by hand for the tests of the writers, kind and hostile, of any length."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from novelgen.manuscript.chapter_headings import labels
from novelgen.manuscript.tree import ChapterHeading, Manuscript, ManuscriptChapter
from novelgen.text.words import count_words

PROSE = (
    "The lamp was *out*.",
    "“Who is there?”",
    "* * *",
    "Nobody **ever** came, and ***never*** would.",
    "She wrote.",
)
HOSTILE_TITLES = (
    "<b>& ]]> </title></text></dc:title>",
    "\u202eשלום & <עולם> العربية",
    "😀 \U00010380\U0001f3f4\U000e0067\U000e007f \U0001fffe\ufdd0\uffff",
    "\"quoted\" 'and' `so` --> <!-- %s {0} &#0; &nope;",
    "  \t line\nbreak \x00\x07\x1b[31mred\x1b[0m \x85\u2028\ufffe ",
    "W" * 500,
    "Prologue: <script>alert(1)</script>",
    "Epilogue",
)
HOSTILE_PROSE = (
    "</p></section></body></html><script>alert(1)</script>",
    "]]> <![CDATA[ <!-- & &amp; <?xml version='1.0'?> &#0; &#xFFFF; &nbsp; --> <!DOCTYPE x>",
    "\x00\x07\x1b[31mred\x1b[0m \ufffe\uffff\ud800 tab\tend \x7f\x80\x9f\ufdd0\U0010ffff",
    "naïve Ελλάδα Война 漢字 😀 e\u0301 \u00a0 \u2003 \ue000 \u00ad \U00010380 \u0378",
    "\u202eהוא אמר: *שלום* — العربية ١٢٣",
    "*<em>* **</strong>** _&_ ***]]>*** * not a list _ unclosed",
    "x" * 10_000,
    "word " * 2_000 + "& < > end",
    "# heading",
    "1. list --- ... '' \"\"",
)


def book(
    *titles: str,
    prose: tuple[str, ...] = PROSE,
    parts: dict[int, str] | None = None,
    title: str = "Salt",
    author: str = "I. M. Ray",
    chapters: Iterable[ManuscriptChapter] | None = None,
) -> Manuscript:
    """A manuscript with a chapter for each title, all of the same prose."""
    known = parts or {}
    contents = tuple(
        ChapterHeading(number, label, name, known.get(number))
        for number, (name, label) in enumerate(zip(titles, labels(titles), strict=True), start=1)
    )
    words = sum(map(count_words, prose))
    made: Iterator[ManuscriptChapter] = (
        ManuscriptChapter(heading, prose, words) for heading in contents
    )
    return Manuscript(
        novel_id="0197-made-by-hand",
        title=title,
        author=author,
        language="en",
        updated_at=datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC),
        target_words=0,
        words=words * len(contents),
        status="finished",
        model="m",
        adapter="",
        seed=1,
        contents=contents,
        chapters=made if chapters is None else iter(chapters),
    )


def hostile_book() -> Manuscript:
    """Everything that could break a file, in titles, parts, byline and prose."""
    return book(
        *HOSTILE_TITLES,
        prose=(*HOSTILE_PROSE, "* * *", *PROSE),
        parts={3: HOSTILE_TITLES[1], 5: HOSTILE_TITLES[0], 6: HOSTILE_TITLES[2]},
        title=HOSTILE_TITLES[0] + HOSTILE_TITLES[2],
        author=HOSTILE_TITLES[1] + HOSTILE_TITLES[3],
    )


def bare_book() -> Manuscript:
    """A chapter without a title in a novel without one, by nobody."""
    return book("", prose=("Only this.",), title="", author="")
