"""Names of people and places in prose, word by word, told by their capitals.

A capital in mid-sentence makes a name. At the start of a sentence everything has one, so that a
word there is a name only when it is used as one elsewhere. Words that English always writes with a
capital (Monday, French, God) and titles are none. A name that is a common word too (Will) is found
in mid-sentence only.
"""

import re
from collections.abc import Iterator

from novelgen.text.content_words import common_stems, has_synonyms, stem
from novelgen.text.stop_words import STOP_WORDS

_LISTED = """
i god lord heaven hell christ jesus christian christians catholic catholics protestant jew jews
jewish muslim muslims bible gospel providence devil satan almighty
english englishman englishmen englishwoman french frenchman frenchmen frenchwoman german germans
russian russians italian italians spanish spaniard spaniards american americans irish irishman
scotch scottish scotsman welsh dutch polish pole poles swiss austrian greek greeks roman romans
latin turkish turk turks chinese japanese indian indians african european europeans asian british
briton briton norwegian swedish danish portuguese hungarian arab arabs arabic hebrew persian
egyptian
january february march april may june july august september october november december monday
tuesday wednesday thursday friday saturday sunday christmas easter
mr mrs ms miss mister mistress master dr doctor prof professor captain colonel major general
lieutenant sergeant corporal private admiral commander inspector constable lord lady sir dame madam
madame monsieur mademoiselle mamma mama papa mum mom dad daddy mother father brother sister aunt
uncle cousin grandmother grandfather granny king queen prince princess duke duchess count countess
baron baroness earl emperor empress saint reverend bishop abbot judge president senator count
majesty highness excellency honour grace lordship ladyship
street road avenue lane square house hall church castle hotel inn river lake mount mountain bridge
park station north south east west chapter part book
"""
NEVER_NAMES = frozenset(_LISTED.split())
# Of two letters at least: the pronoun and initials say little.
_CAPITALISED = re.compile(r"(?<![^\W_])(?<![^\W_]['’])(?:[^\W\d_]['’])?[^\W\d_]{2,}")
_MID_SENTENCE = re.compile(
    r"(?:[^\W_]['’]?[,;]?|(?<![^\W_])(?:Mrs?|Ms|Dr|St|Capt|Col|Gen|Lt|Sgt|Rev|Prof|[A-Z])\.)[^\S\n]\Z"
)
_LONGEST_TITLE = 7
_ARTICLE = re.compile(r"(?<![^\W_])(?:[Tt]he|[Aa]n?)[^\S\n]\Z")


def names_in(text: str) -> frozenset[str]:
    """The words that are used as names in the text: with a capital, in mid-sentence."""
    return frozenset(
        match.group()
        for match in _candidates(text)
        if _MID_SENTENCE.search(text, max(0, match.start() - _LONGEST_TITLE), match.start())
        and not _ARTICLE.search(text, max(0, match.start() - 5), match.start())
    )


def capitalised_in(text: str) -> frozenset[str]:
    """The words that may be names: with a capital, wherever they stand."""
    return frozenset(match.group() for match in _candidates(text))


def capitalised_words(text: str) -> list[str]:
    """Every use of a word that may be a name, in order."""
    return [match.group() for match in _candidates(text)]


def looks_like_name(word: str) -> bool:
    """Whether a word that stands at the start of a sentence is no adverb and no common word."""
    is_adverb = word.endswith("ly")
    return not (is_adverb or stem(word) in common_stems() or has_synonyms(stem(word)))


def uses_name(text: str, name: str, is_common_word: bool) -> re.Match[str] | None:
    """The first use of a name in the text; of a common word in mid-sentence only."""
    for match in re.finditer(rf"(?<![^\W_])(?<![^\W_]['’]){re.escape(name)}(?![^\W_])", text):
        start = match.start()
        if not is_common_word or _MID_SENTENCE.search(text, max(0, start - _LONGEST_TITLE), start):
            return match
    return None


def _candidates(text: str) -> Iterator[re.Match[str]]:
    for match in _CAPITALISED.finditer(text):
        word = match.group()
        if word[0].isupper() and not word[1:].isupper():
            lower = word.lower()
            if lower not in NEVER_NAMES and lower not in STOP_WORDS:
                yield match
