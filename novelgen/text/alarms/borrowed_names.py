"""Finds people of the books that a model was trained on, where they are nobody's here.

A small model that was trained on novels remembers their heroes. Which names those are comes from
the books themselves (`distinctive_names`); a name that this novel's own plan, premise, bible or
text has is its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from novelgen.errors import StorageError
from novelgen.text.alarms.kinds import Alarm, AlarmKind

_CAPITALISED = re.compile(r"(?<![^\W_])[A-Z][a-z]{2,}(?:-[A-Z]?[a-z]+)?(?:['’][A-Z]?[a-z]+)?")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")
"""After a small letter, so not the first word of a sentence."""
_SMALL = re.compile(r"\b[a-z]{3,}")
_LEAST_USES = 20
_MOST_BOOKS = 3
"""A name that more books have is a common one."""


def borrowed_name_alarms(text: str, borrowed: Set[str], known: Set[str]) -> Iterator[Alarm]:
    """Uses of `borrowed` names that are not `known` here. Both are sets of casefolded words."""
    if not borrowed:
        return
    for match in _CAPITALISED.finditer(text):
        name = match.group().split("'")[0].split("’")[0]
        folded = name.casefold()
        if folded in borrowed and folded not in known:
            yield Alarm(AlarmKind.BORROWED_NAME, match.start(), match.start() + len(name), name)


def read_names(path: Path) -> frozenset[str]:
    """The names of a file with one a line; none where there is no such file."""
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(
            f"The names in {path} cannot be read: {error}.", "Restore the file, or remove it."
        ) from error


def distinctive_names(books: Iterable[Iterable[str]]) -> list[str]:
    """The names, in lower case and in order, that belong to a book or two.

    A book comes as its paragraphs. A name is a capitalised word that is used often, and that no
    book ever writes small.
    """
    leading: set[str] = set()
    in_books: Counter[str] = Counter()
    small: set[str] = set()
    for paragraphs in books:
        counted: Counter[str] = Counter()
        for paragraph in paragraphs:
            counted.update(name.casefold() for name in _NAME.findall(paragraph))
            small.update(_SMALL.findall(paragraph))
        in_books.update(counted.keys())
        leading |= {name for name, uses in counted.items() if uses >= _LEAST_USES}
    return sorted(name for name in leading - small if in_books[name] <= _MOST_BOOKS)
