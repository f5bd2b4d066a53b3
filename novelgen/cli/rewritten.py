"""What became of a passage that was rewritten: the candidates, and the one that stands."""

from typing import TYPE_CHECKING

from novelgen.cli.output import Output

if TYPE_CHECKING:
    from novelgen.generation.events import PassageRewritten
    from storage.records import NovelRecord


def say_rewritten(output: Output, novel: "NovelRecord", event: "PassageRewritten") -> None:
    """Every candidate with its marks; the one with a star stands in the chapter."""
    from novelgen.cli.edited import say_to_check

    if output.as_json:
        output.document(
            {
                "chapter": event.chapter,
                "revision": event.revision,
                "words": event.words,
                "chosen": event.chosen,
                "candidates": [dict(each) for each in event.candidates],
                "to_check": event.to_check,
            }
        )
        return
    for each in event.candidates:
        star = "*" if each["number"] == event.chosen else ""
        output.data(
            f"candidate {each['number']}{star}: {each['words']} words, {_leads(each['leads'])}, "
            f"{each['repeats']:.0%} repeated"
        )
        output.data(f"{each['text']}\n")
    output.data(f"Chapter {event.chapter} is revision {event.revision} now: {event.words:,} words.")
    if len(event.candidates) > 1:
        output.note(
            f"Take another one with `novelgen infill {novel.id} --chapter {event.chapter} --keep "
            f"N`; `novelgen undo {novel.id}` takes the change back."
        )
    if event.to_check:
        say_to_check(output, event.to_check, novel.id)


def _leads(nats: float | None) -> str:
    if nats is None:
        return "not known how well it leads to the text after: a server gives no scores"
    return f"leads to the text after by {nats:+.2f} nats a token"
