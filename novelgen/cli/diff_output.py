"""Shows a word diff: in colours in a terminal, in brackets elsewhere, as spans in JSON."""

import os
import sys
from typing import TYPE_CHECKING

from novelgen.cli.output import Output
from novelgen.text.diff_hunks import DiffHunk, diff_hunks
from novelgen.text.word_diff import DiffKind, DiffSpan, diff_words, share_changed

if TYPE_CHECKING:
    from storage.records import RevisionRecord

_MARKS = {DiffKind.DELETED: ("[-", "-]"), DiffKind.INSERTED: ("{+", "+}")}
_COLOURS = {
    DiffKind.DELETED: ("\x1b[31;9m", "\x1b[0m"),
    DiffKind.INSERTED: ("\x1b[32m", "\x1b[0m"),
}


def show_diff(
    output: Output, before: "RevisionRecord", after: "RevisionRecord", old: str, new: str
) -> None:
    """A head line, then each stretch that differs, with the number of its paragraph."""
    spans = diff_words(old, new)
    hunks = diff_hunks(spans)
    if output.as_json:
        output.document(
            {
                "chapter": after.chapter_number,
                "from": before.number,
                "to": after.number,
                "share_changed": round(share_changed(spans), 4),
                "hunks": [
                    {
                        "paragraph": hunk.paragraph,
                        "spans": [[span.kind.value, span.text] for span in hunk.spans],
                    }
                    for hunk in hunks
                ],
            }
        )
        return
    output.data(f"{_named(before)} → {_named(after)}: {_share(spans, hunks)}")
    for hunk in hunks:
        output.data()
        output.data(f"paragraph {hunk.paragraph}")
        _print_spans(output, hunk.spans)


def _named(revision: "RevisionRecord") -> str:
    return (
        f"chapter {revision.chapter_number}, revision {revision.number} "
        f"({revision.origin.value}, {revision.words:,} words)"
    )


def _share(spans: tuple[DiffSpan, ...], hunks: tuple[DiffHunk, ...]) -> str:
    if not hunks:
        return "the same"
    places = "1 place" if len(hunks) == 1 else f"{len(hunks)} places"
    return f"{share_changed(spans):.1%} of the words changed, in {places}"


def _print_spans(output: Output, spans: tuple[DiffSpan, ...]) -> None:
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    marks = _COLOURS if is_coloured else _MARKS
    pieces = []
    for span in spans:
        words = span.text.rstrip()
        pieces.append((words, *marks.get(span.kind, ("", ""))))
        pieces.append((span.text[len(words) :], "", ""))
    output.marked(pieces)
