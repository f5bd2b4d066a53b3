"""What stands over a chapter in a book, and how such a heading is read again.

A chapter is called “Chapter 3: The Letter”, or “Chapter 3” where it has no title. A prologue and
its like are called by their title alone, and are not counted.
"""

import re
from collections.abc import Iterable, Iterator

_UNCOUNTED = re.compile(
    r"(?:prologue|epilogue|interlude|intermezzo|foreword|preface|prelude|introduction|afterword"
    r"|coda|postscript|author['’]s note|acknowledge?ments|dedication)\b(?:\s*[:.,–—-]\s*.*|\s+"
    r"(?:\d+|[ivxlc]+|one|two|three|four|five))?",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"Chapter \d+(?:: (.*))?", re.DOTALL)


def is_uncounted(title: str) -> bool:
    """Whether a chapter of that title is called by it alone, such as a prologue."""
    return _UNCOUNTED.fullmatch(title) is not None


def labels(titles: Iterable[str]) -> Iterator[str]:
    """For the titles of a book's chapters, in order: “Chapter 1” and so on, or nothing."""
    number = 0
    for title in titles:
        if is_uncounted(title):
            yield ""
        else:
            number += 1
            yield f"Chapter {number}"


def heading_of(label: str, title: str) -> str:
    """The heading of a chapter in one line."""
    return f"{label}: {title}" if label and title else label or title


def title_in(heading: str) -> str | None:
    """The title in a heading that `heading_of` made with a label; None for any other heading."""
    found = _LABELLED.fullmatch(heading)
    return None if found is None else found[1] or ""
