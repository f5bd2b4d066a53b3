"""How likely the text behind a place becomes by what is put before it.

All candidates are asked about in one call, behind the last words before the place: what a sentence
goes on with hangs on those, and reading more of the text for every candidate would take seconds.
"""

from collections.abc import Sequence
from dataclasses import replace

from novelgen.engine.protocol import Engine
from novelgen.generation.co_writing_context import Told
from novelgen.generation.co_writing_values import WordRange
from novelgen.text.joins import cut_between, is_in_quotation, trail_between
from novelgen.text.sentences import beginning_of_prose

_AFTER_WORDS = 40
_JOIN_WORDS = 6
_MOST_PLACES = 8
_LAST_CHARS = 400


def first_words(text: str, count: int = _AFTER_WORDS) -> str:
    """The beginning of a text that judges: whole sentences where they are short enough."""
    return beginning_of_prose(text, count) or " ".join(text.split()[:count])


def nats_of_after(engine: Engine, told: Told, candidates: Sequence[str], after: str) -> list[float]:
    """Mean log-probability a token of `after` behind each candidate; the candidates hold all white
    space between. 0 for all where nothing follows or the engine gives no scores."""
    told = replace(told, brief="", tail=_last_words(told.tail))
    if not after.strip() or not engine.info.can_score or not candidates:
        return [0.0] * len(candidates)
    texts = [text for each in candidates for text in (each, each + after)]
    means = engine.scores(told.memory, told.brief, told.tail, texts)
    nats = []
    for number in range(len(candidates)):
        alone, both = texts[2 * number], texts[2 * number + 1]
        counts = engine.count_tokens(alone), engine.count_tokens(both)
        added = means[2 * number + 1] * counts[1] - means[2 * number] * counts[0]
        nats.append(added / max(1, counts[1] - counts[0]))
    return nats


def best_beginning(
    engine: Engine, told: Told, lead: str, body: str, after: str, wanted: WordRange
) -> str:
    """The beginning of `body`, of so many words, behind which a sentence goes on best with `after`.

    Without scores it is one up to the end of a clause.
    """
    beginnings = beginnings_of(body, wanted)
    if not beginnings or not engine.info.can_score:
        return cut_between(body, wanted.least, (wanted.least + wanted.most) // 2)
    joined = [lead + each + trail_between(each, after) for each in beginnings]
    nats = nats_of_after(engine, told, joined, line_after(after))
    return beginnings[max(range(len(nats)), key=nats.__getitem__)]


def beginnings_of(body: str, wanted: WordRange, most_places: int = _MOST_PLACES) -> list[str]:
    """Beginnings of so many words that end with one, evenly chosen; a quotation that they open is
    closed in them."""
    words = body.split()
    least, most = min(wanted.least, len(words)), min(wanted.most, len(words))
    step = max(1, -(-(most + 1 - least) // most_places))
    texts = (" ".join(words[:count]).rstrip(",;:—–-.!?") for count in range(least, most + 1, step))
    return list(dict.fromkeys(each for each in texts if each and not is_in_quotation(each)))


def line_after(after: str) -> str:
    """The first words of a sentence that goes on behind a place, with the space before them."""
    following = first_words(after.split("\n", 1)[0], _JOIN_WORDS)
    return f" {following}" if after[:1].isspace() else following


def _last_words(tail: str) -> str:
    return tail if len(tail) <= _LAST_CHARS else tail[-_LAST_CHARS:].partition(" ")[2]
