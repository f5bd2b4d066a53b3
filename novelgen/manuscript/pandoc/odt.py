"""OpenDocument text, with real styles: for LibreOffice and its kin."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.pandoc.conversion import Target, convert, require
from novelgen.manuscript.pandoc.odt_styles import SCENE_BREAK, write_reference
from novelgen.manuscript.tree import Manuscript

__all__ = ["require", "write"]

_TARGET = Target(
    name="odt",
    raw="opendocument",
    scene_break=f'<text:p text:style-name="{SCENE_BREAK}">* * *</text:p>',
)


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:  # noqa: ARG001
    """One file with everything. Raises as `convert` does."""
    with TemporaryDirectory(prefix="novelgen-odt-") as name:
        reference = Path(name) / "styles.odt"
        write_reference(reference, has_parts=manuscript.has_parts)
        convert(manuscript, _TARGET, Path(name), [f"--reference-doc={reference}"], file)
