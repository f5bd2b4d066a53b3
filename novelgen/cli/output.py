"""Everything that reaches a person's terminal goes through here, cleaned.

Data goes to stdout, narration to stderr. With `--json` stdout carries one JSON document and
nothing else.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from novelgen.text.sanitize import clean_line, clean_text


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command speaks."""

    as_json: bool = False
    is_quiet: bool = False

    def document(self, document: Mapping[str, Any]) -> None:
        """The one JSON document of a command. ASCII only, so no control character gets out."""
        # NaN is no JSON: to fail is better than to write what no other program reads.
        text = json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False)
        print(text, file=sys.stdout)  # noqa: T201

    def last_line(self, document: Mapping[str, Any]) -> None:
        """A JSON document on one line, after a table: for programs that read the last line."""
        text = json.dumps(document, ensure_ascii=True, allow_nan=False)
        print(text, file=sys.stdout)  # noqa: T201

    def data(self, line: str = "") -> None:
        """A line of the command's result."""
        print(clean_text(line), file=sys.stdout)  # noqa: T201

    def prose(self, text: str) -> None:
        """A piece of prose, at once; whoever calls it ends the lines."""
        print(clean_text(text), end="", file=sys.stdout, flush=True)  # noqa: T201

    def marked(self, pieces: Sequence[tuple[str, str, str]]) -> None:
        """A line of the result out of pieces: text, which is cleaned, and what stands around it."""
        line = "".join(f"{start}{clean_text(text)}{end}" for text, start, end in pieces)
        print(line, file=sys.stdout)  # noqa: T201

    def note(self, line: str = "") -> None:
        """A line of narration; silent with `--quiet`."""
        if not self.is_quiet:
            with suppress(OSError):  # a terminal that is gone hears nothing, and harms nothing
                print(clean_text(line), file=sys.stderr, flush=True)  # noqa: T201

    def error(self, message: str, remedy: str = "") -> None:
        """What failed, and what to do next. Never silent."""
        print(f"novelgen: {clean_text(message)}", file=sys.stderr)  # noqa: T201
        if remedy:
            print(f"  {clean_text(remedy)}", file=sys.stderr)  # noqa: T201


def columns(
    headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> str:
    """A plain table; the columns in `right` are set flush right. Cells are cleaned."""
    from rich.cells import cell_len

    cleaned = [list(headers), *[[clean_line(cell) for cell in row] for row in rows]]
    widths = [max(cell_len(row[column]) for row in cleaned) for column in range(len(headers))]
    lines = []
    for row in cleaned:
        cells = []
        for column, cell in enumerate(row):
            pad = " " * (widths[column] - cell_len(cell))
            cells.append(pad + cell if column in right else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def make_streams_safe() -> None:
    """Never fail on a character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
