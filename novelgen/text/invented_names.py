"""Names in a passage that nobody knows: those a model made up, or remembers from another book.

Word by word and by capitals alone (`novelgen.text.names`), so that a passage takes milliseconds. At
the start of a sentence only a word that speaks, or comes with a title, is taken for a name.
"""

import re
from collections.abc import Iterable, Set

from novelgen.text.content_words import bare
from novelgen.text.known_names import split_titles
from novelgen.text.names import capitalised_in, looks_like_name, names_in
from novelgen.text.speech_verbs import SPEECH_VERBS

_ACTS = "looked smiled nodded turned walked stood sat was had did took went came laughed shook"
_VERBS = "|".join([*SPEECH_VERBS, *_ACTS.split()])
_AS_A_PERSON = (
    r"(?:{name}['’]s |{name} (?:{verbs})\b"
    r"|(?:Mr|Mrs|Dr|Miss|Captain|Sir|Lady)\.? {name}\b)"
)


def invented_names(text: str, known: Set[str]) -> list[str]:
    """The names in a text that are not among the `known` words, in the order of their first use.

    `known` comes from `name_words`.
    """
    certain = names_in(text)
    strangers = {
        name
        for name in capitalised_in(text)
        if bare(name) not in known and (name in certain or _acts(text, name))
    }
    return sorted(strangers, key=lambda name: (text.index(name), name))


def name_words(names: Iterable[str]) -> frozenset[str]:
    """The words that names consist of, without titles: what `invented_names` takes for known."""
    return frozenset(bare(word) for name in names for word in split_titles(name)[1])


def _acts(text: str, name: str) -> bool:
    return looks_like_name(name) and bool(
        re.search(_AS_A_PERSON.format(name=re.escape(name), verbs=_VERBS), text)
    )
