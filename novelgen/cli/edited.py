"""What became of a chapter that a person changed or had drafted anew."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from novelgen.cli.output import Output

if TYPE_CHECKING:
    from novelgen.generation.editing import ChapterText, Edited
    from novelgen.generation.events import ChapterRedrafted
    from storage.records import NovelRecord
    from storage.story_records import PassageLockRecord


def say_edited(output: Output, before: "ChapterText", edited: "Edited") -> None:
    """What became of a changed chapter."""
    revision = edited.revision
    words_before = 0 if before.revision is None else before.revision.words
    if output.as_json:
        document = {
            "chapter": revision.chapter_number,
            "revision": revision.number,
            "words": revision.words,
            "changed": edited.is_changed,
            "words_meanwhile": edited.words_meanwhile,
            "to_check": edited.to_check,
            "notes_changed": edited.has_other_notes,
        }
        output.document(document)
        return
    if not edited.is_changed:
        kept = "; your notes in it are kept" if edited.has_other_notes else ""
        output.data(
            f"Chapter {revision.chapter_number} is as it was (revision {revision.number}){kept}."
        )
        return
    output.data(
        f"Chapter {revision.chapter_number} is revision {revision.number} now: "
        f"{revision.words:,} words ({revision.words - words_before:+,})."
    )
    if edited.words_meanwhile:
        output.note(
            f"While you edited, a run wrote {edited.words_meanwhile:,} words more; they stand "
            "behind your text, and the run pauses."
        )
    if edited.to_check:
        say_to_check(output, edited.to_check, before.novel_id)


def say_to_check(output: Output, count: int, novel_id: str) -> None:
    """That later passages may no longer fit, and where they are listed."""
    from novelgen.text.consequences import MAX_CONSEQUENCES

    at_least = "At least " if count >= MAX_CONSEQUENCES else ""
    passages = f"{at_least}{count} later passage{'' if count == 1 else 's'}"
    output.note(f"{passages} may no longer fit: `novelgen check {novel_id}` shows them.")


def say_broken_locks(output: Output, locks: "Sequence[PassageLockRecord]") -> None:
    """That the person changed what they had locked."""
    numbers = ", ".join(str(lock.id) for lock in locks)
    passages = "a locked passage" if len(locks) == 1 else f"{len(locks)} locked passages"
    output.note(
        f"You changed {passages} (lock {numbers}); the lock holds again when `novelgen undo` "
        "brings the passage back."
    )


def say_redrafted(output: Output, novel: "NovelRecord", event: "ChapterRedrafted") -> None:
    """The new revision, the drafts beside it, and what to look at."""
    if output.as_json:
        output.document(
            {
                "chapter": event.chapter,
                "revision": event.revision,
                "words": event.words,
                "drafts": list(event.drafts),
                "to_check": event.to_check,
            }
        )
        return
    output.data(f"Chapter {event.chapter} is revision {event.revision} now: {event.words:,} words.")
    others = [str(number) for number in event.drafts if number != event.revision]
    if others:
        where = f"{novel.id} --chapter {event.chapter}"
        output.note(
            f"The other drafts are its revisions {', '.join(others)}: `novelgen diff {where} --to "
            f"{others[0]}`, `novelgen restore {where} --revision {others[0]}`."
        )
    if event.to_check:
        say_to_check(output, event.to_check, novel.id)
