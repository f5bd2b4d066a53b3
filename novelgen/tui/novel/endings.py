"""How a run ended, in words for a person."""

from novelgen.generation.events import RunStopped, StopReason


def ending_in_words(ending: object) -> str:
    """The line of news on the last event of a run; None for one without."""
    if isinstance(ending, RunStopped):
        words = {
            StopReason.ASKED: "Stopped, as you asked.",
            StopReason.WORD_LIMIT: "Stopped at the words you named.",
            StopReason.CHAPTER_LIMIT: "The chapter is written. Read it; w writes on, c one more.",
            StopReason.BEAT_LIMIT: "The beat is written. t writes the next, c the chapter.",
            StopReason.PLAN_ONLY: "The plan is made. Read it; c writes the first chapter.",
            StopReason.CHANGED: "Stopped, since the novel was changed under it.",
        }
        told = words.get(ending.reason, "Stopped.")
        return f"{told} {ending.why}".strip()
    return "Done." if ending is None else _done(ending)


def _done(ending: object) -> str:
    from novelgen.generation.events import ChapterRedrafted, NovelFinished, PassageRewritten

    match ending:
        case NovelFinished(words=words):
            return f"The book is finished: {words:,} words."
        case ChapterRedrafted(chapter=chapter, revision=revision):
            return f"Chapter {chapter} is drafted anew: revision {revision}. u takes it back."
        case PassageRewritten(chapter=chapter):
            return f"The passage of chapter {chapter} is rewritten. u takes it back."
    return "Done."
