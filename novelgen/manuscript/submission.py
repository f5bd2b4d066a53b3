"""What a manuscript that is sent in says of itself: its rounded length and its page header.

After William Shunn's “Proper Manuscript Format” for novels. Knows nothing of any file format.
"""

import re

from novelgen.manuscript.contact import Contact, surname_of
from novelgen.manuscript.tree import Manuscript
from novelgen.text.sanitize import clean_line
from novelgen.text.stop_words import STOP_WORDS

UNTITLED = "Untitled"
_NOVELLA_WORDS = 17_500
"""Below this, a length is told to the nearest hundred; from it on, to the nearest thousand."""
_SHORT_TITLE_CHARACTERS = 28
"""As many as leave a header on one line beside a long surname."""
_ARTICLE = re.compile(r"(?:a|an|the)\s+(?=\S)", re.IGNORECASE)
_SUBTITLE = re.compile(r"(?<=\w)\s*(?:[:;—–(]|,\s+or\b|\s-\s).*", re.DOTALL)


def title_of(manuscript: Manuscript) -> str:
    """The title, in one line; never empty."""
    return clean_line(manuscript.title) or UNTITLED


def byline_of(manuscript: Manuscript, contact: Contact) -> str:
    """The name that the book is to appear under; empty when nobody gave one."""
    return clean_line(manuscript.author) or clean_line(contact.name)


def told_length(words: int) -> str:
    """Such as “about 95,000 words”."""
    step = 100 if words < _NOVELLA_WORDS else 1_000
    count = (words + step // 2) // step * step or words
    return f"about {count:,} {'word' if count == 1 else 'words'}"


def page_header(manuscript: Manuscript, contact: Contact) -> str:
    """“Surname / TITLE”, which the number of the page follows."""
    surname = clean_line(contact.surname) or surname_of(clean_line(manuscript.author))
    parts = (surname, short_title(title_of(manuscript)).upper())
    return " / ".join(part for part in parts if part)


def short_title(title: str) -> str:
    """A title for a header: one that is long loses its subtitle, its article, its last words."""
    if len(title) <= _SHORT_TITLE_CHARACTERS:
        return title
    main = _ARTICLE.sub("", _SUBTITLE.sub("", title), count=1)
    if len(main) <= _SHORT_TITLE_CHARACTERS:
        return main
    words = main.split()
    while len(words) > 1 and len(" ".join(words)) > _SHORT_TITLE_CHARACTERS:
        words.pop()
    while len(words) > 1 and words[-1].lower().strip(",.'’") in STOP_WORDS:
        words.pop()
    return " ".join(words)[:_SHORT_TITLE_CHARACTERS].rstrip(" ,;.-–—")
