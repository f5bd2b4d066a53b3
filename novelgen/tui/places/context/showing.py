"""How a context is shown: a bar of its parts, what it costs, and the text itself."""

from collections.abc import Iterator, Sequence
from itertools import cycle

from textual.content import Content

from novelgen.generation.next_context import LeftOut, MemoryUse
from novelgen.text.sanitize import clean_text
from novelgen.tui.places.context.reading import ContextPassage
from novelgen.tui.widgets.bars import bar

_COLOURS = ("$primary", "$secondary", "$success", "$warning")
_FILL = "▆"
_NAME_CELLS, _BAR_CELLS, _WINDOW_CELLS = 13, 12, 30
_LINES_LEFT_OUT = 5
_KEY_LENGTH = 12
_HEADING = "bold $primary"
_CALLED = {"tail": "text before", "template": "fixed words"}
"""Parts whose own names say little to a novelist."""


def part_bar(passage: ContextPassage, cells: int) -> Content:
    """The parts beside one another, by their share, and their names below where they have room."""
    shown = [(name, tokens) for name, tokens in passage.tokens.items() if tokens > 0]
    widths = _widths([tokens for _, tokens in shown], cells - max(0, len(shown) - 1))
    above: list[tuple[str, str]] = []
    below: list[tuple[str, str]] = []
    for (name, _), width, colour in zip(shown, widths, cycle(_COLOURS), strict=False):
        above += [(_FILL * width, colour), (" ", "")]
        called = _CALLED.get(name, name)
        label = called if len(called) <= width else ""
        below += [(label.ljust(width), "$text-muted"), (" ", "")]
    return Content.assemble(*above[:-1], "\n", *below[:-1])


def cost_panel(passage: ContextPassage) -> Content:
    """Memory, tokens by part, what had no room, and what was drawn."""
    sections = [_memory(passage.memory), _tokens(passage)]
    if passage.left_out is not None:
        sections.append(_left_out(passage.left_out))
    if passage.drawn is not None:
        sections.append(_drawn(passage))
    if passage.remark:
        sections.append(Content.styled(f"≈ {passage.remark}", "$warning"))
    return Content("\n\n").join(sections)


def text_panel(passage: ContextPassage, *, is_by_part: bool) -> Content:
    """The brief, part by part or as the model reads it, and the text that stands before."""
    sections: list[Content] = []
    if is_by_part and passage.brief_parts is not None:
        sections += [
            Content.assemble(
                (f"{name.capitalize()}", _HEADING),
                (f"  {passage.tokens.get(name, 0):,} tokens\n", "$text-muted"),
                clean_text(text).strip(),
            )
            for name, text in passage.brief_parts.items()
        ]
    else:
        brief = clean_text(passage.brief).strip()
        sections.append(Content.assemble(("The brief, as the model reads it\n", _HEADING), brief))
    tail = clean_text(passage.tail).strip()
    sections.append(
        Content.assemble(
            ("The text before, word for word", _HEADING),
            (f"  {passage.tokens.get('tail', 0):,} tokens\n", "$text-muted"),
            (tail, "") if tail else ("None: the chapter begins here.", "$text-muted"),
        )
    )
    sections.append(
        Content.assemble(
            ("New text\n", _HEADING),
            (f"Room for {passage.tokens.get('new text', 0):,} tokens.", "$text-muted"),
        )
    )
    return Content("\n\n").join(sections)


def _memory(memory: MemoryUse) -> Content:
    heading = ("Memory\n", _HEADING)
    if not memory.slots:
        return Content.assemble(
            heading, ("○ off", ""), ("  The brief and the text before carry the story.", _muted())
        )
    state = "● on " if memory.is_on else "○ off"
    if not memory.key:
        known = "The snapshot is known once the text is read."
    else:
        stored = "stored" if memory.is_stored else "not stored; read again when needed"
        known = f"snapshot {memory.key[:_KEY_LENGTH]}, {stored}"
    slots = "1 slot" if memory.slots == 1 else f"{memory.slots} slots"
    return Content.assemble(heading, state, f"  {slots}\n", (known, _muted()))


def _tokens(passage: ContextPassage) -> Content:
    total = max(1, passage.total_tokens)
    lines: list[tuple[str, str] | str] = [("Tokens\n", _HEADING)]
    colours = cycle(_COLOURS)
    for name, tokens in passage.tokens.items():
        colour = next(colours) if tokens > 0 else "$text-muted"
        share = tokens / total
        lines += [
            f"{_CALLED.get(name, name):<{_NAME_CELLS}}{tokens:>7,} {100 * share:>3.0f} %  ",
            (bar(share, _BAR_CELLS) + "\n", colour),
        ]
    window = max(1, passage.window_tokens)
    lines += [
        (f"{'all':<{_NAME_CELLS}}{passage.total_tokens:>7,}\n\n", "bold"),
        (bar(passage.total_tokens / window, _WINDOW_CELLS), "$primary"),
        f" {_percent(passage.total_tokens / window)}\n",
        (f"of the {passage.window_tokens:,} tokens it can attend to", _muted()),
    ]
    return Content.assemble(*lines)


def _left_out(left_out: LeftOut) -> Content:
    lines = list(_left_out_lines(left_out)) or ["Nothing: all that is known has room."]
    return Content.assemble(("Left out for lack of room\n", _HEADING), "\n".join(lines))


def _left_out_lines(left_out: LeftOut) -> Iterator[str]:
    if left_out.story_words:
        yield f"The story so far is told {left_out.story_words:,} words shorter."
    if left_out.chapter_words:
        yield f"{left_out.chapter_words:,} words of the chapter stand further back."
    yield from _named("fact", left_out.facts)
    yield from _named("promise", left_out.promises)


def _named(noun: str, texts: Sequence[str]) -> Iterator[str]:
    if not texts:
        return
    yield f"1 {noun}:" if len(texts) == 1 else f"{len(texts):,} {noun}s:"
    for text in texts[:_LINES_LEFT_OUT]:
        yield f"  · {clean_text(text)}"
    if len(texts) > _LINES_LEFT_OUT:
        yield f"  · and {len(texts) - _LINES_LEFT_OUT:,} more"


def _drawn(passage: ContextPassage) -> Content:
    drawn = passage.drawn
    assert drawn is not None
    tries = "one attempt" if drawn.attempts == 1 else f"{drawn.attempts} attempts"
    lines = [
        f"{drawn.words} words kept, {drawn.wanted_words} wanted",
        f"{passage.read_tokens:,} tokens read, {drawn.tokens:,} drawn in {tries}",
    ]
    lines += [f"{count} ended by the guard: {kind}" for kind, count in drawn.stopped_by.items()]
    return Content.assemble(("What came of it\n", _HEADING), "\n".join(lines))


def _widths(tokens: Sequence[int], cells: int) -> list[int]:
    """Cells for each, at least one, together as many as there are."""
    total = sum(tokens) or 1
    widths = [max(1, round(each * cells / total)) for each in tokens]
    while widths and sum(widths) != cells:
        step = 1 if sum(widths) < cells else -1
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] + step < 1:
            break
        widths[widest] += step
    return widths


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _muted() -> str:
    return "$text-muted"
