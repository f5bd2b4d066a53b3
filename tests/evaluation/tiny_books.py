"""Books of a few thousand characters, each in words of its own."""

import random
from collections.abc import Sequence
from pathlib import Path

_NOUNS = """
harbour lamp keeper storm letter green gull boat door winter river stone child music road bread
glass shadow garden silver tower candle rope captain morning silence fire orchard
"""


def prose_of_book(name: str, num_paragraphs: int = 30) -> str:
    """Paragraphs in a fixed random order of words, drawn from a vocabulary of the book's own."""
    draw = random.Random(name)
    own = draw.sample(_NOUNS.split(), 8)
    sentences = [
        f"The {' and the '.join(draw.choices(own, k=4))} were there."
        for _ in range(3 * num_paragraphs)
    ]
    return "\n\n".join(
        " ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)
    )


def write_books(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        text = f"# {name}\n\n{prose_of_book(name)}\n"
        (folder / name).write_text(text, encoding="utf-8")
