"""Makes a novel from the answers of the form: checks them, then writes the novel's row."""

import secrets
from dataclasses import dataclass

from novelgen.bootstrap import NovelRequest, Workbench
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import (
    MAX_CANDIDATES,
    MAX_WORDS,
    MIN_WORDS,
    clean_premise,
    clean_title,
    in_range,
)
from novelgen.manuscript.lengths import TRIAL_WORDS
from novelgen.story.voice import VoiceSheet, sheet_of

SUGGESTED_PREMISE = (
    "A lighthouse keeper finds a letter in her own hand, dated tomorrow. It asks her not to light "
    "the lamp tonight, and it does not say why."
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said of a new novel, as they said it. What is empty is left open."""

    title: str = ""
    premise: str = ""
    genre: str = ""
    style: str = ""
    """Notes, parted by semicolons."""
    person: str = ""
    tense: str = ""
    spelling: str = ""
    words: int = TRIAL_WORDS
    model: str = ""
    candidates: int = 1
    author: str = ""


def voice_of(answers: Answers) -> VoiceSheet | None:
    """The voice that was asked for; None where all is left open. Raises `UsageError`."""
    sheet = sheet_of(
        {
            "genre": answers.genre,
            "style": [note for note in answers.style.split(";") if note.strip()],
            "point_of_view": answers.person,
            "tense": answers.tense,
            "spelling": answers.spelling,
        }
    )
    return None if sheet == VoiceSheet() else sheet


def make_novel(workbench: Workbench, answers: Answers) -> str:
    """Make it; returns its id. Raises what is wrong with the answers, or with the model."""
    if not answers.model:
        raise UsageError("No model is chosen.", "Choose one in the field Model.")
    in_range(answers.candidates, 1, MAX_CANDIDATES, "The number of drafts")
    request = NovelRequest(
        title=clean_title(answers.title, "The title"),
        author=clean_title(answers.author, "The author"),
        premise=clean_premise(answers.premise),
        target_words=in_range(answers.words, MIN_WORDS, MAX_WORDS, "The length in words"),
        seed=secrets.randbits(32),
        voice=voice_of(answers),
    )
    chosen = {"model": answers.model, "candidates": answers.candidates}
    settings = workbench.settings.model_copy(update=chosen)
    with Workbench(workbench.paths, settings) as of_this_model:
        return of_this_model.create_novel(request).id
