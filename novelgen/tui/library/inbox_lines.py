"""The chapters that wait, as lines of a list, and one of them as a page."""

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from novelgen.text.passages import paragraphs_of
from novelgen.tui.library.inbox_reading import Waiting
from novelgen.tui.library.novel_words import shortened
from novelgen.tui.widgets.prose_page import Paragraph, Stretch

_LEAST_TITLE = 20


def waiting_options(items: Sequence[Waiting], width: int) -> Iterator[Option]:
    """A heading for every novel, and its chapters below."""
    novel_id = ""
    for item in items:
        if item.novel_id != novel_id:
            gap = "\n" if novel_id else ""
            yield Option(
                Content.styled(gap + shortened(item.novel, width), "bold $primary"), disabled=True
            )
            novel_id = item.novel_id
        yield Option(_line(item, width), id=str(item.id))


def page_of_waiting(item: Waiting, text: str) -> list[Paragraph]:
    """The chapter, what is to know of it first, and its marks in the margin."""
    marks = {number: told for number, told in item.marks if number is not None}
    title = item.title or f"Chapter {item.chapter}"
    paragraphs = [Paragraph(f"{item.chapter}. {title}", is_title=True, is_prose=False)]
    paragraphs += [_note(note) for note in notes_of(item)]
    for number, paragraph in paragraphs_of(text):
        mark = "!" if number in marks else ""
        paragraphs.append(Paragraph(paragraph, mark=mark, mark_style="warning"))
        if number in marks:
            paragraphs.append(_note(f"! {marks[number]}"))
    return paragraphs


def notes_of(item: Waiting) -> list[str]:
    """What is to know before it is read."""
    notes = []
    if item.is_held:
        notes.append("It is no part of the book until you keep it.")
    if not item.is_of_active_branch:
        notes.append(f"It is of the branch {item.branch}, which is not the one at hand.")
    return notes + [f"! {told}" for number, told in item.marks if number is None]


def _note(text: str) -> Paragraph:
    return Paragraph(text, (Stretch(0, len(text), "note"),), is_prose=False)


def _line(item: Waiting, width: int) -> Content:
    """The title, and on the right what is special of it and how long it is."""
    sign, colour = ("○", "$text-muted") if item.is_read else ("✉", "$warning")
    facts = [
        "not in the book" if item.is_held else "",
        f"! {len(item.marks)}" if item.marks else "",
        "" if item.is_of_active_branch else f"branch {item.branch}",
    ]
    told = ", ".join(fact for fact in facts if fact)
    figures = f"{item.words:>7,}"
    head = f"{sign} {item.chapter:>3}  "
    one_line = width - len(head) - len(figures) - len(told) - 2
    is_roomy = not told or one_line >= min(len(item.title), _LEAST_TITLE)
    room = one_line if is_roomy and told else width - len(head) - len(figures)
    title = shortened(item.title or "…", room).ljust(room)
    style = "" if item.is_read else "bold"
    parts = [(f"{sign} ", colour), (head[2:], "$text-muted"), (title, style)]
    if told and is_roomy:
        return Content.assemble(*parts, (f"  {told}", "$warning"), (figures, "$text-muted"))
    below = f"\n{' ' * len(head)}{told}" if told else ""
    return Content.assemble(*parts, (figures, "$text-muted"), (below, "$warning"))
