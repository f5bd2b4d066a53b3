"""What became of a chapter that was drafted anew."""

from novelgen.cli.output import Output
from novelgen.generation.events import ChapterRedrafted
from storage.records import NovelRecord


def say_redrafted(output: Output, novel: NovelRecord, event: ChapterRedrafted) -> None:
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
        output.note(
            f"The other drafts are its revisions {', '.join(others)}: `novelgen diff {novel.id} "
            f"--chapter {event.chapter} --to {others[0]}`, `novelgen restore`."
        )
    if event.to_check:
        output.note(
            f"{event.to_check} later passages may no longer fit: `novelgen check {novel.id}`."
        )
