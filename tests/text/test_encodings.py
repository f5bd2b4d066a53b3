"""What bytes are text, and which text they are."""

import gzip
import random
import sqlite3
from pathlib import Path

import pytest

from novelgen.text.encodings import decode

FRENCH = (
    "«\u00a0Où êtes-vous\u00a0?\u00a0» dit l’évêque — déçu, à moitié endormi…\n\n\tIl pleuvait.\f\n"
    * 40
)
RUSSIAN = "Все счастливые семьи похожи друг на друга — каждая несчастлива по-своему.\n" * 40
CHINESE = "子曰：「學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？」\n" * 40


@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, CHINESE, "Short.", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_prose_of_any_language_is_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_older_texts_and_texts_without_a_mark_are_read(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding)) == FRENCH
    plain = FRENCH.replace("’", "'").replace("—", "-").replace("…", "...")
    assert decode(plain.encode("latin-1")) == plain


def test_russian_in_utf_16_without_a_mark_is_read() -> None:
    assert decode(RUSSIAN.encode("utf-16-le")) == RUSSIAN


def test_strays_and_padding_do_not_make_a_text_something_else() -> None:
    assert decode(FRENCH.encode() + b"\x1a" * 128).startswith("«")
    assert "\x07" in decode(b"It rained.\x07 " * 3 + FRENCH.encode())


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(60_000)
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE pages (text TEXT)")
    database.close()
    for raw in (
        noise,
        b"\xff\xfe" + noise,
        gzip.compress(noise),
        (tmp_path / "x.db").read_bytes(),
        b"\x00" * 500 + b"Call me Ishmael." * 500,
        bytes(range(256)) * 4,
    ):
        with pytest.raises(ValueError, match="control characters"):
            decode(raw)
