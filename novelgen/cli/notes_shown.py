"""What stands beside the text, as `novelgen check` lists it: notes, marks, what others said."""

from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output

if TYPE_CHECKING:
    from novelgen.generation.author_marks import StandingMark

NOTE = "n"
"""Before the number of one."""
_SHOWN = 300
_KINDS = {"note": "your note", "mark": "your mark", "comment": "comment"}


def show_notes(output: Output, notes: "list[StandingMark]") -> None:
    """A section of the list; nothing where nothing was said."""
    if not notes:
        return
    output.data("Beside the text:")
    for each in notes:
        name = f"{NOTE}{each.record.id}"
        where = f"chapter {each.record.chapter}, paragraph {each.paragraph}"
        said = _short(each.record.body) or "(no words)"
        output.data(f"  {name:>5}  {where}, {_KINDS[each.record.kind.value]}: {said}")
        if each.quote:
            gone = "" if each.is_found else "  (not in the text any more)"
            output.data(f"         “{_short(each.quote)}”{gone}")
    output.data()


def note_json(note: "StandingMark") -> dict[str, Any]:
    """One of them, as a document."""
    return {
        "id": f"{NOTE}{note.record.id}",
        "kind": note.record.kind.value,
        "text": note.record.body,
        "chapter": note.record.chapter,
        "paragraph": note.paragraph,
        "passage": note.quote,
        "is_found": note.is_found,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
