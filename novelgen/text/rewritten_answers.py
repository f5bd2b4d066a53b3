"""A model's answer to "rewrite this passage", made fit to stand where the passage stood. Pure.

Taken off: what is said before and behind the passage, headings, marks around the whole of it, and
words of the text on both sides that were said again.
"""

import re

from novelgen.text.joins import is_mid_sentence, without_repeated, without_repeated_end
from novelgen.text.names import capitalised_in
from novelgen.text.prose import clean_prose
from novelgen.text.speech_marks import with_marks_of

_NOUN = r"(?:passage|version|text|rewrite|revision|paragraph|sentence|excerpt|rewriting|selection)"
_HERE = r"(?:(?:sure|certainly|of course|absolutely)[,!.]?\s*)?here(?:['’]s| is| are)\b"
_PREAMBLE = re.compile(
    r"(?:(?:sure|certainly|of course|absolutely|okay|ok|yes)\b[^\n]{0,120}[:!.]\s*\n+)"
    rf"|(?:{_HERE}[^\n:]{{0,140}}?\b{_NOUN}\b[^\n:]{{0,60}}:\s*)|(?:{_HERE}[^\n:]{{0,140}}:\s*\n+)"
    rf"|(?:[^\n:.]{{0,60}}\b{_NOUN}\b[^\n:.]{{0,60}}:\s*(?:\n+|(?=[\"“])))"
    rf"|(?:(?:the )?(?:re-?written|revised|edited|new)?\s*{_NOUN}\s*:\s*)",
    re.IGNORECASE,
)
_AFTERWORD = re.compile(
    r"\n+\s*(?:\(?(?:note|notes|changes|explanation|revision notes)\b[^\n]{0,20}:|---+\s*$"
    rf"|(?:i|i['’]ve|i have)\s+(?:\w+ )?(?:changed|kept|rewr\w+|revised|made|used|tried)\b"
    rf"|(?:this|the) (?:\w+ )?{_NOUN} |let me know|would you like|feel free|i hope this).*",
    re.IGNORECASE | re.DOTALL,
)
_FENCE = re.compile(r"^\s*```\w*\s*\n|\n\s*```\s*$")
_PAIRS = {'"': '"', "“": "”", "«": "»", "*": "*", "_": "_"}
_ENDS = re.compile(r"[.!?…]+[\"”’'»)]*$")
_OWN = frozenset(["i", "i'm", "i'd", "i'll", "i've"])


def rewritten_passage(
    answer: str, before: str, passage: str, after: str, *, keeps_paragraphs: bool
) -> str:
    """The passage that an answer holds, without white space around it; it may be empty.

    Unless it `keeps_paragraphs` it is one. `passage` has no white space around it.
    """
    text = _AFTERWORD.sub("", _FENCE.sub("", answer.strip()).strip())
    text = _PREAMBLE.sub("", text, count=1) if _PREAMBLE.match(text) else text
    text = clean_prose(_unwrapped(text.strip(), passage))
    text = with_marks_of(f"{before[-2_000:]}{passage}{after[:2_000]}", text)
    if not keeps_paragraphs:
        text = " ".join(text.split())
    if not _shares_beginning(passage, before):
        text = without_repeated(before[-600:], text)
    return _joined(without_repeated_end(text, after[:600]) or text, before, passage, after)


def _unwrapped(text: str, passage: str) -> str:
    """Without marks around the whole, unless the passage has them."""
    while len(text) > 2 and _PAIRS.get(text[0]) == text[-1]:
        mark = text[0]
        has_it = passage.startswith(mark) and passage.endswith(_PAIRS[mark])
        inner = text[1:-1]
        if has_it or mark in inner or _PAIRS[mark] in inner:
            return text
        text = inner.strip()
    return text


def _joined(text: str, before: str, passage: str, after: str) -> str:
    """Begun and ended as the passage was."""
    if not text:
        return text
    first = text.split()[0]
    bare = first.strip("\"“”‘’'.,;:!?").split("'")[0].split("’")[0]
    names = capitalised_in(f"{before[-4_000:]} {passage} {after[:4_000]}")
    begins_low = is_mid_sentence(before) and passage[:1].islower()
    if begins_low and text[0].isupper() and bare.casefold() not in _OWN and bare not in names:
        text = text[0].lower() + text[1:]
    if passage[:1].isupper() and not is_mid_sentence(before) and text[0].islower():
        text = text[0].upper() + text[1:]
    ending = _ENDS.search(passage)
    goes_on = after.lstrip(" ")[:1]
    if ending is None and goes_on and goes_on != "\n" and text.endswith((".", ",")):
        return text.rstrip(".,")
    if ending is not None and text[-1].isalnum():
        return text + ending.group().strip("\"”’'»)")
    return text


def _shares_beginning(passage: str, before: str) -> bool:
    """Whether the passage itself begins with the last words of the text before it."""
    return without_repeated(before[-600:], passage) != passage
