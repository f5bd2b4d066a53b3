"""A voice sheet in words for a model: one line for small ones, a page for those that read more."""

from novelgen.engine.values import EngineInfo
from novelgen.story.voice import VoiceSheet
from novelgen.text.sentences import beginning_of_prose

_LINE_NOTES = 200
"""Characters of style notes in the short line; it stands in every brief."""
_PAGE_BANNED = 30
_SAMPLE_WORDS = 180
_SMALL_CONTEXT = 8_192
"""Tokens that the smallest models attend to; there is no other sign of a model's size."""


def voice_for(sheet: VoiceSheet, info: EngineInfo) -> str:
    """What a brief for that model says of the voice.

    A model that was only trained to go on with a text would go on with a list of phrases, and a
    small one copies the sample.
    """
    reads_a_page = info.has_chat_template and info.context_size > _SMALL_CONTEXT
    return voice_page(sheet) if reads_a_page else voice_line(sheet)


def voice_line(sheet: VoiceSheet) -> str:
    """One or two sentences, such as "Gothic mystery, first person, past tense. Dry humour."

    Empty for an empty sheet.
    """
    return _sentences(sheet, _LINE_NOTES)


def voice_page(sheet: VoiceSheet, *, sample_words: int = _SAMPLE_WORDS) -> str:
    """The line with all notes, what is never to be written, and the beginning of the sample, each
    from a new line on. Empty for an empty sheet."""
    lines = [_sentences(sheet, None)]
    if sheet.banned:
        lines.append("Never write: " + "; ".join(sheet.banned[:_PAGE_BANNED]))
    sample = beginning_of_prose(sheet.sample, sample_words)
    if sample:
        lines.append(f"A page that sounds as the book does:\n{sample}")
    return "\n".join(filter(None, lines))


def _sentences(sheet: VoiceSheet, room: int | None) -> str:
    """Genre and narration, then style notes, as many as fit into so many characters."""
    told = ", ".join([*([sheet.genre] if sheet.genre else []), *_narration(sheet)])
    sentences = [told[:1].upper() + told[1:] if told else ""]
    for note in sheet.style:
        if room is not None:
            room -= len(note)
            if room < 0:
                break
        sentences.append(note)
    return " ".join(_ended(sentence) for sentence in sentences if sentence)


def _narration(sheet: VoiceSheet) -> list[str]:
    person = [f"{sheet.point_of_view.value} person"] if sheet.point_of_view else []
    tense = [f"{sheet.tense.value} tense"] if sheet.tense else []
    spelling = [f"{sheet.spelling.value.capitalize()} spelling"] if sheet.spelling else []
    return person + tense + spelling


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
