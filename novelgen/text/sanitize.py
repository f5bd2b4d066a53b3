"""Takes out of untrusted text what a terminal or a file must never see raw.

Titles, premises and model output pass through here before they are stored, and again before
they reach a terminal. Kept: every printable character, newline, and the joiners that some
scripts need. Removed: terminal escape sequences, C0 and C1 controls, bidirectional overrides,
byte order marks, lone surrogates, noncharacters.
"""

import re

_ESCAPE_SEQUENCE = re.compile(
    # A string sequence counts only when it is closed on its line: a stray introducer, which
    # broken encodings leave behind, must not take the text after it along. A second introducer ends
    # it, so that a million of them are read once and not each to its end.
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d\n]{0,2048}(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])"  # DCS, SOS, PM, APC
    r"[^\x1b\x90\x98\x9c\x9e\x9f\n]{0,2048}(?:\x1b\\|\x9c)"
    r"|(?:\x1b\[[0-?]*|\x9b[0-?]+)[ -/]*[@-~]?"  # CSI: colours, cursor, modes
    r"|\x1b[ -/]*[0-~]?"  # all other two-character and charset sequences
)
_NEWLINE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks and overrides
    r"\u200b\u2060\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean_text(text: str) -> str:
    """`text` without escape sequences and controls; newlines become `\\n`, tabs one space."""
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = _NEWLINE.sub("\n", text).replace("\t", " ")
    return _FORBIDDEN.sub("", text)


def clean_line(text: str) -> str:
    """`text` cleaned and folded to one line, for titles and for terminal output."""
    return " ".join(clean_text(text).split())
