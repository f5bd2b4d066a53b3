"""Gives a person or a place another name wherever prose uses it, as whole words only.

Possessives and hyphenated compounds go along, capitals stay capitals, an article a or an before
the name is mended. Case counts otherwise: Will is renamed, will is not. Knows no grammar: where a
sentence starts with a name that is a common word too, it only says that it is in doubt.
"""

import re
import unicodedata
from dataclasses import dataclass

from novelgen.text.name_like_words import NAME_LIKE_WORDS

_TITLES_LISTED = """
mr mrs ms miss mister mistress dr doctor prof professor capt col gen lt sgt lady sir dame madam
madame monsieur mademoiselle st saint rev reverend the of and y von van der den zu de di da du del
della la le el al bin ibn ben ap jr sr esq
"""
_TITLES = frozenset(_TITLES_LISTED.split())
# Titles that are surnames too, when they end a name.
_TITLES_IN_FRONT_LISTED = """
master captain colonel major general lieutenant sergeant corporal private admiral commander
inspector constable detective lord king queen prince princess duke duchess count countess baron
baroness earl viscount emperor empress father mother brother sister aunt uncle cousin bishop abbot
judge president senator
"""
_TITLES_IN_FRONT = frozenset(_TITLES_IN_FRONT_LISTED.split())
_APOSTROPHES = "'’‘ʼ"
# One line break at most: a name does not run on into the next paragraph.
_SPACES = r"(?:[^\S\n]*\n[^\S\n]*|[^\S\n]+)"
# Letters, figures and combining accents; the underscores of _emphasis_ are none.
_LETTER = r"[^\W_]"
_HEAD = rf"(?<!{_LETTER})(?<!{_LETTER}[{_APOSTROPHES}])"
_CONTRACTION = r"(?:s|d|m|ll|ve|re)(?![^\W_])"
_TAIL = rf"(?![^\W_]|[\u0300-\u036f]|[{_APOSTROPHES}](?!(?i:{_CONTRACTION}))[^\W_])"
# Sounds that the first letter hides: an hour, a unicorn, a European.
_MUTE_H = re.compile(r"hour|heir|honest|honou?r", re.IGNORECASE)
_SPOKEN_YOU_OR_ONE = re.compile(
    r"eu|ew|one\b|once\b|uni(?!n|m)|us[aeu]|ut[aeo]|ur[aiu]", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?<![^\W_])([Aa][Nn]?)(\s{1,8}[\"“‘'(_]?)\Z")
_NEAR = 16
_OPENERS = "\"'“”‘’()[]«»*_—–-"
_SENTENCE_ENDS = (".", "!", "?", "…", ":")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A use of a name, with the text around it."""

    start: int
    end: int
    before: str
    matched: str
    after: str
    is_doubtful: bool
    """It starts a sentence, and may be the common word that is spelt like the name."""


def rename_in(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with the new name, and how many times it was put in.

    An empty name is used nowhere.
    """
    parts: list[str] = []
    end = count = 0
    for match in _uses(text, old):
        replacement = _in_case_of(match.group(), old, new.strip())
        parts.append(_with_article(text[end : match.start()], match.group(), replacement))
        parts.append(replacement)
        end = match.end()
        count += 1
    return "".join([*parts, text[end:]]), count


def occurrences(text: str, old: str, context_chars: int = 40) -> list[Occurrence]:
    """The uses of a name that `rename_in` would replace, in order."""
    uses = _uses(text, old)
    is_common = bool(uses) and _is_common_word(text, old)
    return [_occurrence(text, match, context_chars, is_common) for match in uses]


def name_parts(old: str) -> tuple[str, ...]:
    """The names that a full name is made of, without titles and particles; each of them once."""
    words = [word for word in (item.strip(".,;") for item in old.split()) if word]
    names = [
        word
        for index, word in enumerate(words)
        if word.lower() not in _TITLES
        and (word.lower() not in _TITLES_IN_FRONT or 0 < index == len(words) - 1)
    ]
    return tuple(dict.fromkeys(names))


def _uses(text: str, name: str) -> list[re.Match[str]]:
    words = name.split()
    if not any(character.isalnum() for character in name):
        return []
    return list(_pattern(words).finditer(text))


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Matches the name as it is written and in capitals, accents composed or not."""
    forms = [[unicodedata.normalize(form, word) for word in words] for form in ("NFC", "NFD")]
    forms += [[word.upper() for word in form] for form in forms]
    bodies = dict.fromkeys(_SPACES.join(map(_body, form)) for form in forms)
    # A mark at the end of a name, as in "St.", may stand against anything.
    head = _HEAD if words[0][0].isalnum() else ""
    tail = _TAIL if words[-1][-1].isalnum() else ""
    return re.compile(f"{head}(?:{'|'.join(bodies)}){tail}")


def _body(word: str) -> str:
    characters = (
        f"[{_APOSTROPHES}]" if character in _APOSTROPHES else re.escape(character)
        for character in word
    )
    return "".join(characters)


def _occurrence(text: str, match: re.Match[str], chars: int, is_common: bool) -> Occurrence:
    start, end = match.span()
    return Occurrence(
        start=start,
        end=end,
        before=text[max(0, start - chars) : start],
        matched=match.group(),
        after=text[end : end + chars],
        is_doubtful=is_common and (_is_capitals(match.group()) or _starts_sentence(text, start)),
    )


def _is_common_word(text: str, name: str) -> bool:
    """Whether a word spelt like the name is common, or is used in this very text."""
    word = name.strip().lower()
    if len(word.split()) != 1 or word == name.strip():
        return False
    return word in NAME_LIKE_WORDS or bool(re.search(_HEAD + _body(word) + _TAIL, text))


def _starts_sentence(text: str, start: int) -> bool:
    lead = text[max(0, start - _NEAR) : start]
    behind_openers = lead.rstrip(_OPENERS)
    behind_space = behind_openers.rstrip()
    return (
        behind_openers != lead
        or not behind_space
        or "\n" in behind_openers[len(behind_space) :]
        or behind_space.rstrip(_OPENERS).endswith(_SENTENCE_ENDS)
    )


def _in_case_of(used: str, old: str, new: str) -> str:
    """The new name in capitals where the old one was set in them, on as many lines if it can be.

    A name that is capitals by itself, such as initials, is not set in them.
    """
    is_set = _is_capitals(used) and not _is_capitals(old)
    words = [word.upper() for word in new.split()] if is_set else new.split()
    spaces = re.findall(r"\s+", used)
    if len(spaces) != len(words) - 1:
        return " ".join(words)
    return "".join(word + space for word, space in zip(words, [*spaces, ""], strict=True))


def _is_capitals(used: str) -> bool:
    return used.isupper() and sum(map(str.isalpha, used)) > 1


def _with_article(lead: str, used: str, new: str) -> str:
    """The text before a name, its article mended when the sound after it changes."""
    match = _ARTICLE.search(lead[-_NEAR:])
    if not match or not new or _sounds_open(used) == _sounds_open(new):
        return lead
    article = match.group(1)
    if (len(article) == 2) != _sounds_open(used):
        return lead
    letter = article[0]
    n = ("N" if letter == "A" and _is_capitals(used) else "n") if _sounds_open(new) else ""
    return lead[: len(lead) - len(match.group())] + letter + n + match.group(2)


def _sounds_open(name: str) -> bool:
    """Whether "an" stands before it."""
    plain = unicodedata.normalize("NFD", name).lstrip("\"'“‘")
    if plain[:1] in "hH":
        return bool(_MUTE_H.match(plain))
    return plain[:1].lower() in tuple("aeiou") and not _SPOKEN_YOU_OR_ONE.match(plain)
