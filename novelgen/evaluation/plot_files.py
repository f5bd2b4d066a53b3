"""Files that plots are drawn into: refused before the work if they cannot be, written after it.

Knows nothing of what is drawn.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.errors import StorageError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_SUFFIXES = (".png", ".svg", ".pdf")


def require_plottable(path: Path) -> None:
    """Refuse, before hours of scoring, a path that a plot cannot be written to.

    Raises `UsageError` for a name or a folder that will not do, `StorageError` when nothing can
    be written there. Leaves nothing behind.
    """
    if not str(path).isprintable():
        raise UsageError(
            f"A plot cannot be written as {str(path)!r}: its name has control characters.",
            "Name the file without them.",
        )
    if path.suffix.lower() not in PLOT_SUFFIXES:
        raise UsageError(
            f"A plot cannot be written as {path.name}.", f"End it in {', '.join(PLOT_SUFFIXES)}."
        )
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {path.absolute().parent}.", "Make it first.")
    try:
        _try_writing(path)
    except OSError as error:
        raise _unwritten(path, error) from error


def save_figure(figure: "Figure", path: Path) -> None:
    """Draw `figure` into a file. Raises `StorageError` when it cannot be written."""
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise _unwritten(path, error) from error


def _try_writing(path: Path) -> None:
    """Only trying tells: root may write anywhere, by permissions, but not on every filesystem."""
    if path.exists():
        with path.open("ab"):
            return
    with tempfile.TemporaryFile(dir=path.absolute().parent):
        return


def _unwritten(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The plot {path} could not be written: {error.strerror}.",
        "Check the free space and the permissions of the folder.",
    )
