"""The people and places that a premise names, by rules; English only.

A person is a run of names that stands behind no preposition of place; what is said of them right
before or behind ("Anna Reed, a baker, ...") is their description.
"""

import re

from novelgen.planning.cards import Cast, CastMember
from novelgen.text.names import capitalised_in, looks_like_name, names_in

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_HONORIFICS = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "sir", "lady", "lord", "captain", "father", "mother",
     "aunt", "uncle", "professor", "inspector", "sergeant", "doctor", "queen", "king", "princess",
     "prince"}
)  # fmt: skip
_PLACE_WORDS = frozenset(
    {"street", "road", "lane", "square", "house", "hall", "castle", "river", "lake", "mount",
     "mountain", "bridge", "station", "isle", "island", "bay", "port", "hill", "valley", "forest",
     "wood", "woods", "abbey", "court", "falls", "harbour", "harbor", "point"}
)  # fmt: skip
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|near|into|outside|across|around|toward|towards|through|beyond|above|below|on|"
    r"reaches|reach|leaves|leave|(?:town|city|village|port|island|isle|house|valley|kingdom|planet)"
    r" of)(?: the)? \Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(r",? ?\(?,? ((?:an?|the|his|her|their) [^,.;()]{3,80})[,.;)]")
_BEFORE = re.compile(r"\b((?:an?|the) (?:[\w'’-]+ ){1,4})(?:named|called) \Z", re.IGNORECASE)
_BARE_BEFORE = re.compile(
    r"\b(?:(?:the|an?) ((?:[a-z'’-]+ ){1,2})|((?:his|her|their) [a-z'’-]+ ))\Z", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(?:the|an?) \Z", re.IGNORECASE)

_NEAR = 100
"""Characters around a name that are looked at."""
_MOST_NAMES = 120


def cast_of(text: str, origin: str = "author") -> Cast:
    """The people and the places that `text` names, each once, in order."""
    people: dict[str, CastMember] = {}
    places: dict[str, CastMember] = {}
    for start, name in _runs(text):
        end = start + len(name)
        before, behind = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
        if len(people) + len(places) >= _MOST_NAMES:
            break
        if _ARTICLE.search(before):
            continue
        is_place = _is_place(name, before)
        known = places if is_place else people
        if _is_known(name, [*people, *places]):
            continue
        note = "" if is_place else _description(before, behind)
        known[name] = CastMember(name, note, origin)
    return Cast(tuple(people.values()), tuple(places.values()))


def mentioned(text: str, names: "list[str] | tuple[str, ...]") -> tuple[str, ...]:
    """Those of the `names` that stand in `text`, whole or by one of their words."""
    words = {word.removesuffix("'s").removesuffix("’s") for word in re.findall(_WORD, text)}
    return tuple(name for name in names if _stands(name, text, words))


def _stands(name: str, text: str, words: set[str]) -> bool:
    if name[:1].islower():  # "the harbour": as it is written, capitals aside
        return name.casefold().removeprefix("the ") in text.casefold()
    own = {word for word in name.split() if word[0].isupper() and not _is_honorific(word)}
    return bool(own & words)


def _runs(text: str) -> "list[tuple[int, str]]":
    """Runs of words that are used as names, with where they begin."""
    mid, all_names = names_in(text), capitalised_in(text)
    sure = mid | {word for word in all_names if looks_like_name(word)}
    found: list[tuple[int, str]] = []
    words = list(re.finditer(rf"(?<![^\W_]){_WORD}\.?", text))
    at = 0
    while at < len(words):
        upto = at
        while upto < len(words) and _belongs(words, at, upto, text, sure):
            upto += 1
        run = words[at:upto]
        if any(_parts_of(word.group()) & sure for word in run):
            start = run[0].start()
            end = run[-1].end() - (1 if run[-1].group().endswith(".") else 0)
            name = re.sub(r"['’]s$", "", text[start:end])
            found.append((start, name))
        at = max(upto, at + 1)
    return found


def _belongs(
    words: "list[re.Match[str]]", first: int, at: int, text: str, sure: "frozenset[str] | set[str]"
) -> bool:
    word = words[at]
    plain = word.group().rstrip(".")
    if at > first:
        gap = text[words[at - 1].end() : word.start()]
        ends = words[at - 1].group().endswith(".") and not _is_honorific(words[at - 1].group())
        possessive = re.search(r"['’]s$", words[at - 1].group())
        if gap != " " or ends or possessive:
            return False
    is_title = _is_honorific(plain) or plain.lower() in _PLACE_WORDS
    return plain[:1].isupper() and bool(_parts_of(plain) & sure or is_title)


def _parts_of(word: str) -> set[str]:
    bare = re.sub(r"['’]s$", "", word.rstrip("."))
    return {bare, *re.split(r"-", bare)}


def _is_place(name: str, before: str) -> bool:
    words = name.split()
    if _is_honorific(words[0]):
        return False
    return (
        bool(_BEFORE_PLACE.search(before))
        or words[-1].lower() in _PLACE_WORDS
        or (words[0].lower() in _PLACE_WORDS)
    )


def _is_known(name: str, known: list[str]) -> bool:
    """Whether a name is one that is known, or a word of it."""
    words = {word for word in name.split() if not _is_honorific(word)}
    return any(words <= set(other.split()) for other in known)


def _is_honorific(word: str) -> bool:
    return word.rstrip(".").lower() in _HONORIFICS


def _description(before: str, behind: str) -> str:
    told = _BEHIND.match(behind) if behind.startswith((",", " (")) else None
    if told is not None:
        return told.group(1).strip()
    named = _BEFORE.search(before) or _BARE_BEFORE.search(before)
    if named is None:
        return ""
    return next(group for group in named.groups() if group).strip()
