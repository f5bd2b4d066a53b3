"""Other forms under which a word list may know a word: American spelling, without its ending.

The list is American; British spelling is known by what it stands for. Endings after an apostrophe
("there'll", "Mara's", "goin'") are known by what stands before. Words are lower case here, with
straight apostrophes.
"""

import re
from collections.abc import Iterator

_OUR = re.compile(
    r"(arb|ard|arm|behavi|cand|clam|col|demean|enam|endeav|fav|ferv|flav|glam|harb|hon|hum|lab"
    r"|neighb|od|parl|ranc|rig|rum|sav|splend|succ|tum|val|vap|vig)our"
)
_RE = re.compile(
    r"(calib|cent|fib|lit|lust|manoeuv|meag|met|mit|och|sab|scept|sepulch|somb|spect|theat)"
    r"re(?=s?$|d$|less$|piece)"
)
_AE = re.compile(
    r"(aesth|anaem|anaesth|archaeo|encyclopaed|faec|gynaec|haem|leukaem|mediaev|orthopaed|paed"
    r"|diarrhoe|foet|manoeuv|oestr)"
)
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_OUR, r"\1or"),
    (re.compile(r"is(e|ed|es|er|ers|ing|ingly|ation|ations|able)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|er|ers|ing)$"), r"yz\1"),
    (_RE, r"\1er"),
    (re.compile(r"([aeiou])ll(ed|er|ers|est|en|ing|ings|or|ors|ous|ously|ery)$"), r"\1l\2"),
    (re.compile(r"(sk|w)ilful"), r"\1illful"),
    (re.compile(r"(def|off|pret|lic)ence"), r"\1ense"),
    (re.compile(r"^(s?)mou(ld)"), r"\1mo\2"),
    (re.compile(r"draught"), "draft"),
    (re.compile(r"cheque(?!r)"), "check"),
    (re.compile(r"grey"), "gray"),
    (re.compile(r"^gaol"), "jail"),
    (re.compile(r"sceptic"), "skeptic"),
    (re.compile(r"^pyjama"), "pajama"),
    (re.compile(r"programme(s?)$"), r"program\1"),
)
_CLITICS = ("'s", "'ll", "'d", "'ve", "'re", "n't", "'em")
_PREFIXES = ("d'", "l'", "o'", "t'", "m'", "y'")


def american_forms(word: str) -> Iterator[str]:
    """The word as Americans spell it, for each way of spelling in which they may differ."""
    whole = word
    for pattern, replacement in _SPELLINGS:
        changed = pattern.sub(replacement, word)
        if changed != word:
            yield changed
        whole = pattern.sub(replacement, whole)
    if whole != word:
        yield whole  # "colourised" differs twice
    classic = _AE.sub(lambda found: found.group().replace("ae", "e").replace("oe", "e"), word)
    if classic != word:
        yield classic
        yield _RE.sub(r"\1er", classic.replace("euvre", "euver"))


def words_within(word: str) -> Iterator[tuple[str, ...]]:
    """The words that a word with an apostrophe is made of; it is right where all of them are."""
    for clitic in _CLITICS:
        if word.endswith(clitic) and len(word) > len(clitic):
            yield (word[: -len(clitic)],)
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 1:
            yield (word[len(prefix) :],)
