"""Finds words and phrases that the author does not want."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.straight_marks import straightened


def banned_alarms(text: str, phrases: Iterable[str]) -> Iterator[Alarm]:
    """Each use of a banned phrase; `detail` is the phrase as the author wrote it.

    Whatever its capitals, its kind of quotation marks and the white space between its words.
    """
    straight = straightened(text)
    for phrase in phrases:
        for match in _pattern(phrase).finditer(straight):
            yield Alarm(AlarmKind.BANNED, match.start(), match.end(), phrase)


@lru_cache(maxsize=1_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in straightened(phrase).split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", re.IGNORECASE)
