"""What the words of a plan would become by a document that nobody has saved yet. Pure."""

from dataclasses import replace

from novelgen.planning.content import PlanContent
from novelgen.planning.document import DocumentChapter, PlanDocument
from novelgen.planning.revising import document_words
from novelgen.text.budget import share_out


def previewed(
    seen: PlanContent, document: PlanDocument, written: int, target_words: int
) -> PlanDocument:
    """The document with the words that its chapters and beats would have, once it is saved.

    Raises `PlanMistake` and `UsageError`, as saving it would.
    """
    words = iter(document_words(seen, seen, document, written, target_words))
    parts = tuple(
        replace(part, chapters=tuple(_in_words(chapter, next(words)) for chapter in part.chapters))
        for part in document.parts
    )
    return replace(document, parts=parts)


def _in_words(chapter: DocumentChapter, words: int) -> DocumentChapter:
    given = [beat.words for beat in chapter.beats if beat.words]
    usual = sum(given) / len(given) if given else 1.0
    weights = [float(beat.words or usual) for beat in chapter.beats]
    shares = share_out(words, weights) if weights else []
    beats = tuple(
        replace(beat, words=share) for beat, share in zip(chapter.beats, shares, strict=True)
    )
    return replace(chapter, words=words, beats=beats)
