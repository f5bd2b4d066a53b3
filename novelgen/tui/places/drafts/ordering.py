"""Asks what a new draft is to be like, and orders it."""

from collections.abc import Callable

from textual.app import App

from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.novel.open_novel import OpenNovel

_MOST_DRAFTS = 8


def order_redraw(
    app: App[None], novel: OpenNovel, chapter: int, paragraphs: tuple[int, int]
) -> None:
    """Have some paragraphs written anew."""
    first, last = paragraphs
    which = f"paragraph {first}" if first == last else f"paragraphs {first} to {last}"

    def wished(instruction: str | None) -> None:
        if instruction is not None:
            arguments = ["infill", novel.id, "--chapter", str(chapter)]
            arguments += ["--paragraphs", f"{first}-{last}"]
            arguments += ["--instruction", instruction] if instruction else []
            novel.order(arguments, f"Rewriting {which} of chapter {chapter}")

    question = (
        "The passage stands in these paragraphs; they are written anew as a whole, four times, "
        "and the best is put in their place. What should be different? Leave it empty for another "
        "try."
    )
    app.push_screen(AskLine(f"Redraw {which}", question, may_be_empty=True), wished)


def order_redraft(
    app: App[None], novel: OpenNovel, chapter: int, explain: Callable[[str], None]
) -> None:
    """Have the whole chapter drafted anew, so many times as the person says."""
    title = f"Draft chapter {chapter} anew"

    def counted(answer: str | None) -> None:
        if answer is None:
            return
        if not answer.isdecimal() or not 1 <= int(answer) <= _MOST_DRAFTS:
            explain(f"Give a number from 1 to {_MOST_DRAFTS}; nothing was ordered.")
            return
        question = "What should be different? Leave it empty for another try."
        app.push_screen(
            AskLine(title, question, may_be_empty=True),
            lambda instruction: _redraft(novel, chapter, int(answer), instruction),
        )

    question = (
        f"How many drafts of the whole chapter, 1 to {_MOST_DRAFTS}? Each takes as long as writing "
        "it took. The text that stands is kept."
    )
    app.push_screen(AskLine(title, question, "2"), counted)


def order_smoothing(
    novel: OpenNovel, chapter: int, paragraphs: tuple[int, int], instruction: str
) -> None:
    """Have paragraphs with seams written anew, by what they are to say."""
    first, last = paragraphs
    which = f"paragraph {first}" if first == last else f"paragraphs {first} to {last}"
    arguments = ["infill", novel.id, "--chapter", str(chapter)]
    arguments += ["--paragraphs", f"{first}-{last}", "--instruction", instruction]
    novel.order(arguments, f"Your text is saved. Smoothing {which}")


def _redraft(novel: OpenNovel, chapter: int, drafts: int, instruction: str | None) -> None:
    if instruction is None:
        return
    arguments = ["regenerate", novel.id, "--chapter", str(chapter), "--candidates", str(drafts)]
    arguments += ["--instruction", instruction] if instruction else []
    novel.order(arguments, f"Drafting chapter {chapter} anew")
