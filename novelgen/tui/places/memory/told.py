"""What the memory's questions and results say."""

from collections.abc import Sequence

from textual.content import Content

from novelgen.engine.values import SCRIPTED_MODEL
from novelgen.generation.verification import Verification

_MOST_PROBLEMS = 40


def rereading_question(model: str, behind: Sequence[int]) -> str:
    """What reading again does, before it is done."""
    what = "The whole text" if not behind else _chapters(behind)
    return (
        f"{what} will be read by {_named(model)}, in a process of its own: it loads the model, "
        "changes no word, and stores the memories. It needs no run, so p does not stop it; it goes "
        "on when you leave, and the next writing does what is left. Nothing else can be ordered "
        "meanwhile."
    )


def asking_question(model: str, chapters: int, warm_minutes: float) -> str:
    """What asking the memories does, before it is done."""
    count = "1 chapter" if chapters == 1 else f"{chapters} chapters"
    warm = f" It stays loaded for {warm_minutes:g} minutes." if warm_minutes else ""
    return (
        f"This loads {_named(model)} and asks, for {count}, which names and words of it its memory "
        f"makes likelier than a memory that has read nothing.{warm} l stops it after the chapter "
        "in hand. The answers are kept; no word of the novel changes."
    )


def verified(found: Verification) -> Content:
    """The result of a verification."""
    head = f"{found.segments:,} segments, {found.snapshots:,} snapshots"
    lines = [Content.styled(head, "bold $primary")]
    if found.is_sound:
        lines.append(Content.styled("✓ All are sound.", "$success"))
    lines += [Content.styled(f"✗ {each}", "$error") for each in found.problems[:_MOST_PROBLEMS]]
    left_out = len(found.problems) - _MOST_PROBLEMS
    if left_out > 0:
        lines.append(Content.styled(f"and {left_out} more", "$error"))
    if found.behind:
        lines.append(Content.styled(f"↻ {_chapters(found.behind)} behind the text", "$warning"))
    return Content("\n").join(lines)


def _chapters(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Chapter {numbers[0]}"
    shown = ", ".join(map(str, numbers[:8]))
    return f"Chapters {shown}" + (" …" if len(numbers) > 8 else "")


def _named(model: str) -> str:
    return "the scripted engine" if model == SCRIPTED_MODEL else model
