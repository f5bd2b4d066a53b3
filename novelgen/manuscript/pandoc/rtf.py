"""Rich text, for every word processor there is."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.pandoc.conversion import Target, convert, require
from novelgen.manuscript.tree import Manuscript

__all__ = ["require", "write"]

_TARGET = Target(
    name="rtf",
    raw="rtf",
    scene_break=r"{\pard \qc \f0 \sa180 \li0 \fi0 \keepn * * *\par}",
    before_heading=r"\page",
)
_PAGE = r"""{\rtf1\ansi\deff0{\fonttbl{\f0 \froman Times New Roman;}{\f1 \fmodern Courier New;}}
{\colortbl;\red255\green0\blue0;\red0\green0\blue255;}
\widowctrl\titlepg
{\footer {\pard \qc \f0 \fs20 \chpgn \par}}
{\pard \qc \f0 \sb3600 \sa360 \li0 \fi0 \fs52 $title$\par}
$for(author)$
{\pard \qc \f0 \sa180 \li0 \fi0 \fs28 $author$\par}
$endfor$
$body$
}
"""
"""pandoc's own page with a serif face, a title page and page numbers."""


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:  # noqa: ARG001
    """One file with everything. Raises as `convert` does."""
    with TemporaryDirectory(prefix="novelgen-rtf-") as name:
        template = Path(name) / "page.rtf"
        template.write_text(_PAGE, encoding="ascii")
        convert(manuscript, _TARGET, Path(name), [f"--template={template}"], file)
