"""Whose a name is: "Anna", "Miss Reed" and "Anna Reed" are one person where nothing says otherwise.

A part of a name stands for the whole when only one entry has that part; a title must not tell
another sex. A name that could be two people's is nobody's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from novelgen.text.name_phrases import NamePhrase
from novelgen.text.titles import TITLES, Sex, sex_of_titles

_MARITAL = frozenset({"miss", "mrs"})


@dataclass(frozen=True, slots=True)
class KnownName:
    """An entry of a bible, as far as its names go."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    sex: Sex = Sex.UNKNOWN

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(slots=True)
class KnownNames:
    """Finds the entry that a name means."""

    _by_form: dict[str, set[str]] = field(default_factory=dict)
    _by_part: dict[str, set[str]] = field(default_factory=dict)
    _by_surname: dict[str, set[str]] = field(default_factory=dict)
    _sexes: dict[str, Sex] = field(default_factory=dict)
    _marital: dict[str, set[str]] = field(default_factory=dict)
    """Which of Miss and Mrs an entry is called."""

    @classmethod
    def of(cls, entries: Iterable[KnownName]) -> "KnownNames":
        known = cls()
        for entry in entries:
            known.add(entry)
        return known

    def add(self, entry: KnownName) -> None:
        """Adds an entry, or more names of one."""
        for name in entry.names:
            titles, words = split_titles(name)
            self._by_form.setdefault(folded(name), set()).add(entry.name)
            marital = _MARITAL.intersection(title.lower() for title in titles)
            self._marital.setdefault(entry.name, set()).update(marital)
            if not words:
                continue
            if entry.sex is not Sex.UNKNOWN:
                self._sexes[entry.name] = entry.sex
            elif (sex := sex_of_titles(titles)) is not Sex.UNKNOWN:
                self._sexes.setdefault(entry.name, sex)
            if len(words) > 1 or not titles:
                self._by_part.setdefault(words[0], set()).add(entry.name)
            self._by_part.setdefault(words[-1], set()).add(entry.name)
            self._by_surname.setdefault(words[-1], set()).add(entry.name)

    def sex_of(self, entry: str) -> Sex:
        return self._sexes.get(entry, Sex.UNKNOWN)

    def find(self, phrase: NamePhrase) -> str | None:
        """The name of the entry that is meant; None when none is, or more than one may be."""
        exact = self._by_form.get(folded(phrase.text), set())
        if len(exact) == 1:
            return next(iter(exact))
        sex = sex_of_titles(phrase.titles)
        if len(phrase.words) == 1:
            word = phrase.words[0]
            found = self._by_surname.get(word, set()) if sex is not Sex.UNKNOWN else set()
            found = self._fitting(found, sex) or (
                self._by_part.get(word, set()) if sex is Sex.UNKNOWN else set()
            )
            found = {one for one in found if _may_share_title(phrase.titles, one)}
            marital = _MARITAL.intersection(title.lower() for title in phrase.titles)
            if marital:
                found = {one for one in found if self._marital.get(one, set()) <= marital}
        else:
            found = self._by_form.get(folded(" ".join(phrase.words)), set())
            found = found or self._longer_or_shorter(phrase.words)
        found = {one for one in found if _agree(sex, self.sex_of(one))}
        return next(iter(found)) if len(found) == 1 else None

    def _fitting(self, entries: set[str], sex: Sex) -> set[str]:
        """Those of that sex; of unknown sex none, for a title alone joins no strangers."""
        return {one for one in entries if self.sex_of(one) is sex}

    def _longer_or_shorter(self, words: tuple[str, ...]) -> set[str]:
        """Entries that share the given name and the surname: "Anna Maria Reed", "Anna Reed"."""
        first, last = self._by_part.get(words[0], set()), self._by_surname.get(words[-1], set())
        return {one for one in first & last if len(split_titles(one)[1]) > 1}


def split_titles(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The titles and the other words of a name."""
    words = tuple(word.strip(".,") for word in name.split())
    first = next((at for at, word in enumerate(words) if word.lower() not in TITLES), len(words))
    return words[:first], words[first:]


def folded(name: str) -> str:
    """A name as it is compared: "Mr. Reed" and "Mr Reed" are one."""
    return " ".join(word.strip(".,") for word in name.split()).casefold()


def _may_share_title(titles: tuple[str, ...], entry: str) -> bool:
    """Whether a title and a surname may mean an entry: Miss Reed is not the one called Mrs Reed."""
    other, words = split_titles(entry)
    if not titles or not other:
        return True
    if len(words) > 1:
        return {titles[0].lower(), other[0].lower()} != {"mrs", "miss"}
    return titles == other


def _agree(one: Sex, other: Sex) -> bool:
    return Sex.UNKNOWN in (one, other) or one is other
