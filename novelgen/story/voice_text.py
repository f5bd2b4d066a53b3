"""A voice sheet in words for a model: one line for small ones, a page for those that read more."""

from novelgen.story.voice import VoiceSheet
from novelgen.text.sentences import beginning_of_prose

_LINE_NOTES = 200
"""Characters of style notes in the short line; it stands in every brief."""
_LINE_BANNED = 30
_SAMPLE_WORDS = 180


def voice_line(sheet: VoiceSheet) -> str:
    """One or two sentences, such as "Gothic mystery, first person, past tense. Dry humour."

    Empty for an empty sheet.
    """
    told = ", ".join([*([sheet.genre] if sheet.genre else []), *_narration(sheet)])
    sentences = [told[:1].upper() + told[1:] if told else ""]
    room = _LINE_NOTES
    for note in sheet.style:
        room -= len(note)
        if room < 0:
            break
        sentences.append(note)
    return " ".join(_ended(sentence) for sentence in sentences if sentence)


def voice_long(sheet: VoiceSheet, *, sample_words: int = _SAMPLE_WORDS) -> str:
    """All of the sheet on lines, the beginning of the sample last. Empty for an empty sheet."""
    lines = []
    if sheet.genre:
        lines.append(f"Genre: {sheet.genre}")
    if narration := _narration(sheet):
        lines.append(f"Told in: {', '.join(narration)}")
    if sheet.spelling:
        lines.append(f"Spelling: {sheet.spelling.value.capitalize()}")
    if sheet.style:
        lines.append("Style: " + " ".join(_ended(note) for note in sheet.style))
    if sheet.banned:
        lines.append("Never write: " + "; ".join(sheet.banned[:_LINE_BANNED]))
    excerpt = beginning_of_prose(sheet.sample, sample_words)
    if excerpt:
        lines.append(f"A page that sounds as the book does:\n{excerpt}")
    return "\n".join(lines)


def _narration(sheet: VoiceSheet) -> list[str]:
    person = [f"{sheet.point_of_view.value} person"] if sheet.point_of_view else []
    tense = [f"{sheet.tense.value} tense"] if sheet.tense else []
    return person + tense


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
