"""Runs typst once: `python -m novelgen.manuscript.pdf.typesetting DESIGN PDF FACE TIMESTAMP`.

The folder of the design is all that it reads. It ends at once when it is interrupted, which native
code else would not.
"""

import signal
import sys
from pathlib import Path

import typst

# Faces of the same measures first, then the nearest of those that typst brings along.
_FACES = {
    "book": ("Libertinus Serif",),
    "times": (
        "Times New Roman",
        "Liberation Serif",
        "Tinos",
        "TeX Gyre Termes",
        "Nimbus Roman",
        "Libertinus Serif",
    ),
    "courier": (
        "Courier New",
        "Liberation Mono",
        "Cousine",
        "TeX Gyre Cursor",
        "Nimbus Mono PS",
        "DejaVu Sans Mono",
    ),
}


def main(design: str, made: str, face: str, timestamp: str) -> int:
    """Set the design; exit code 1, and why on stderr, when typst cannot."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        typst.compile_with_warnings(
            design,
            output=made,
            root=str(Path(design).parent),
            sys_inputs={"face": installed(_FACES[face])},
            timestamp=int(timestamp),
        )
    except (typst.TypstError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def installed(faces: tuple[str, ...]) -> str:
    """The first that this machine or typst has; the last is always there."""
    known = {family.lower() for family in typst.Fonts().families()}
    return next((face for face in faces if face.lower() in known), faces[-1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
