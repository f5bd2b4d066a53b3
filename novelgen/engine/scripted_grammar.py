"""The grammar of the scripted engine: sentences with names, places, weather and speech.

Its words are many and put together one by one, so that it hardly says the same thing twice, as
little as people do.
"""

from collections.abc import Iterator, Sequence


def _choices(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAMES = _choices("""
Mara Hale Tobias Wren Ines Corvin Odile Brandt Silas Juno Petra Aldous Nell Ruben Thea Marek Isolde
Farrow Greta Anselm
""")
_DETERMINERS = _choices("the that this her his their every another one some")
_ADJECTIVES = _choices("""
brass torn sealed unsigned silver broken folded wooden narrow heavy empty painted hidden rusty warm
cold pale crooked borrowed forgotten yellow green black distant quiet crowded salted frozen polished
faded hollow splintered tangled patient stubborn clumsy gentle bitter golden dusty cracked woven
leaden slender shallow ragged famous secret careful nameless
""")
_THINGS = _choices("""
key chart letter ledger lantern note table whistle compass photograph ring map shoe flag bottle
knife coat basket drum mirror candle hammer ladder rope button bell coin anchor kettle blanket glove
feather pipe violin telescope hourglass almanac saddle spade needle pocket chain trunk locket stone
""")
_PLACES = _choices("""
harbour lighthouse road town landing mill orchard gate archive chapel market glassworks tower river
observatory tannery bridge cellar garden quarry station courtyard meadow island forest library
bakery stable attic terrace workshop cemetery theatre warehouse
""")
_VERBS = _choices("""
found lost carried hid studied returned bought stole forgot mended burned buried opened copied
weighed painted followed counted dropped kept sold wrapped lifted traded guarded cleaned borrowed
noticed refused broke
""")
_MOVES = _choices("""
walked waited hurried slept rested wandered stumbled lingered sat knelt argued worked sang hesitated
turned vanished
""")
_PREPOSITIONS = _choices("""
near beside behind below above beyond past inside outside under along across toward against without
from with before after around
""")
_CONJUNCTIONS = _choices("because though while until since unless although whenever before after")
_PRONOUNS = _choices("he she they nobody somebody everyone we you")
_WEATHER = _choices("""
fog snow wind rain tide heat moon frost storm river thunder dusk mist sun hail darkness
""")
_STIRS = _choices("""
rose fell thickened passed lifted lingered spread returned hung gathered faded crept settled
""")
_TAGS = _choices("said asked whispered answered repeated added murmured called")
_SPEECH_SHARE = 0.3


def pieces(numbers: Iterator[float]) -> Iterator[str]:
    """Endless prose, word by word, each with its leading white space."""
    left_in_paragraph = 0
    first = True
    while True:
        if left_in_paragraph == 0:
            lead = "" if first else "\n\n"
            left_in_paragraph = 3 + int(next(numbers) * 4)
        else:
            lead = " "
        first = False
        left_in_paragraph -= 1
        for index, word in enumerate(_sentence(numbers).split(" ")):
            yield (" " if index else lead) + word


def _sentence(numbers: Iterator[float]) -> str:
    kind = next(numbers)
    if kind < _SPEECH_SHARE:
        said = f"{_pick(_PRONOUNS, numbers)} {_deed(numbers)} {_where(numbers)}"
        return f'"{_capital(said)}," {_pick(_TAGS, numbers)} {_pick(_NAMES, numbers)}.'
    if kind < 0.45:
        weather = f"{_pick(_WEATHER, numbers)} {_pick(_STIRS, numbers)} {_where(numbers)}"
        return f"The {weather}, and {_pick(_NAMES, numbers)} {_deed(numbers)}."
    if kind < 0.75:
        return f"{_pick(_NAMES, numbers)} {_deed(numbers)} {_where(numbers)}, {_why(numbers)}."
    if kind < 0.85:
        return f"{_capital(_where(numbers))} {_pick(_NAMES, numbers)} {_deed(numbers)}."
    pair = f"{_pick(_NAMES, numbers)} and {_pick(_NAMES, numbers)}"
    return f"{pair} {_pick(_MOVES, numbers)} {_where(numbers)}, {_why(numbers)}."


def _deed(numbers: Iterator[float]) -> str:
    return f"{_pick(_VERBS, numbers)} {_thing(_THINGS, numbers)}"


def _where(numbers: Iterator[float]) -> str:
    return f"{_pick(_PREPOSITIONS, numbers)} {_thing(_PLACES, numbers)}"


def _why(numbers: Iterator[float]) -> str:
    return f"{_pick(_CONJUNCTIONS, numbers)} {_pick(_PRONOUNS, numbers)} {_deed(numbers)}"


def _thing(nouns: Sequence[str], numbers: Iterator[float]) -> str:
    determiner, adjective = _pick(_DETERMINERS, numbers), _pick(_ADJECTIVES, numbers)
    return f"{determiner} {adjective} {_pick(nouns, numbers)}"


def _pick(choices: Sequence[str], numbers: Iterator[float]) -> str:
    return choices[int(next(numbers) * len(choices))]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
