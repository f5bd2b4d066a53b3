"""The grammar of the scripted engine: sentences with names, places, weather and speech."""

from collections.abc import Iterator, Sequence


def _choices(text: str) -> tuple[str, ...]:
    return tuple(" ".join(choice.split()) for choice in text.split("/"))


_NAMES = _choices("""
Mara / Hale / Tobias / Wren / Ines / Corvin / Odile / Brandt / Silas / Juno / Petra / Aldous /
Nell / Ruben / Thea / Marek / Isolde / Farrow / Greta / Anselm
""")
_PLACES = _choices("""
the harbour / the lighthouse stair / the salt road / the upper town / the ferry landing / the
old mill / the customs house / the orchard wall / the north gate / the archive / the drowned
chapel / the market / the glassworks / the signal tower / the river steps / the observatory /
the tannery / the long bridge
""")
_THINGS = _choices("""
a brass key / a torn chart / a sealed letter / the ledger / a lantern / an unsigned note / a
tide table / a silver whistle / the captain's log / a coil of rope / a broken compass / a
photograph / a music box / an iron ring / a bundle of maps / a child's shoe / a jar of ink / a
folded flag
""")
_VERBS = _choices("""
found / lost / carried / hid / studied / returned / bought / stole / forgot / mended / burned /
buried / opened / copied
""")
_MOVES = _choices("""
walked to / turned back from / waited near / hurried past / slept beside / looked down on / kept
away from / came at last to / had grown up near
""")
_ADVERBS = _choices("""
slowly / without a word / before dawn / in the rain / against all advice / once more / with some
care / as if nothing had happened / while the bells rang / for the second time / under a low sky
/ by candlelight
""")
_WEATHER = _choices("""
The fog had not lifted / Snow lay on the roofs / The wind came round to the east / It rained
until noon / The tide was out / Heat stood in the streets / A thin moon rose / The first frost
came early / Swallows had gathered on the wires / The river ran high
""")
_REMARKS = _choices("""
You knew this would happen / There is no boat until morning / Somebody has been here before us /
I counted them twice / We cannot stay / Ask me again tomorrow / That was never the agreement /
They will look for it here first / I have told you all I know / Nobody remembers the house / It
was lighter when I carried it / Close the door behind you
""")
_TAGS = ("said", "asked", "whispered", "answered", "repeated")
_REASONS = _choices("""
because the road was watched / though it was late / since nobody else would / before the lamps
were lit / so that the children would not see / until the last cart had gone / after what the
doctor had told them / even though the letter forbade it
""")
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
        remark, tag, name = _pick(_REMARKS, numbers), _pick(_TAGS, numbers), _pick(_NAMES, numbers)
        return f'"{remark}," {tag} {name}.'
    if kind < 0.45:
        weather, name = _pick(_WEATHER, numbers), _pick(_NAMES, numbers)
        return f"{weather}, and {name} {_pick(_MOVES, numbers)} {_pick(_PLACES, numbers)}."
    if kind < 0.75:
        return (
            f"{_pick(_NAMES, numbers)} {_pick(_VERBS, numbers)} {_pick(_THINGS, numbers)} "
            f"{_pick(_ADVERBS, numbers)}, {_pick(_REASONS, numbers)}."
        )
    return (
        f"{_pick(_NAMES, numbers)} and {_pick(_NAMES, numbers)} {_pick(_MOVES, numbers)} "
        f"{_pick(_PLACES, numbers)} {_pick(_ADVERBS, numbers)}, {_pick(_REASONS, numbers)}."
    )


def _pick(choices: Sequence[str], numbers: Iterator[float]) -> str:
    return choices[int(next(numbers) * len(choices))]
