"""The English words that spelling is checked against, with how often each is used.

The list of pyspellchecker (MIT), which is American, and two lists of this package: words of novels
and words of later days. Nothing is fetched. It is loaded once, when first asked for, which takes a
quarter of a second: ask for it off the thread that draws.
"""

from functools import lru_cache
from importlib.resources import files

_OWN_LISTS = ("in_novels.txt", "of_today.txt")
_RARE = 1
"""How often words of the own lists are said to be used: less than all others."""


@lru_cache(maxsize=1)
def english_words() -> dict[str, int]:
    """Every known word in lower case, with straight apostrophes, and how often it is used."""
    from spellchecker import SpellChecker

    words: dict[str, int] = dict(SpellChecker(language="en").word_frequency.items())
    folder = files("novelgen.text.spelling_words")
    for name in _OWN_LISTS:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                words.setdefault(line, _RARE)
    return words
