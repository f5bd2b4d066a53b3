"""Where a text is put into another: the white space at both ends, and where it may end. Pure.

Guarantees that nothing is joined without a space, with two, or with a word said twice, whatever a
model drew and wherever in the text it is to stand.
"""

import re

from novelgen.text.sentences import complete_sentence_ends
from novelgen.text.words import count_words

_CLOSING = ",.;:!?…)]}”»%"
_OPENING = "([{“«‘—–-/"
_DASHES = "—–-"
_ENDS_SENTENCE = re.compile(r"[.!?…][\"”’'»)\]*_]*$")
_WORD = re.compile(r"\S+")
_BARE = re.compile(r"^\W+|\W+$")
_SAID_TWICE = frozenset(["had", "that", "ha", "no", "very", "so", "far", "now", "there", "bye"])
"""Words that stand twice in good prose."""
_MOST_REPEATED_WORDS = 12
_CLAUSE = re.compile(r"[,;:—–](?=\s|$)")


def last_paragraph(text: str) -> str:
    """What of its last paragraph stands at the end of a text; empty when a new one begins."""
    return text.rsplit("\n", 1)[-1]


def begins_paragraph(before: str) -> bool:
    """Whether what comes next begins a paragraph."""
    return not last_paragraph(before).strip()


def is_mid_sentence(before: str) -> bool:
    """Whether a sentence has begun and not ended."""
    line = last_paragraph(before).rstrip()
    if not line:
        return False
    return not _ENDS_SENTENCE.search(line[-8:]) or is_quote_opened(line)


def is_quote_opened(line: str) -> bool:
    """Whether the last character opens a quotation."""
    if line.endswith('"'):
        is_behind_gap = len(line) == 1 or line[-2].isspace() or line[-2] in _OPENING
        return is_behind_gap and line.count('"') % 2 == 1
    return line.endswith(("“", "«"))


def follows_in_paragraph(after: str) -> bool:
    """Whether the paragraph goes on behind the place."""
    return bool(after.split("\n", 1)[0].strip())


def is_inside_sentence(before: str, after: str) -> bool:
    """Whether a sentence that began before goes on behind."""
    if not follows_in_paragraph(after):
        return False
    following = after.lstrip(" ")
    goes_on = following[0].islower() or following[0] in ",;:)—–"
    return is_mid_sentence(before) or (goes_on and not begins_paragraph(before))


def lead_between(before: str, drawn: str) -> str:
    """The white space between a text and `drawn`, as a model drew it to go on from it."""
    if not before.strip() or before.endswith("\n\n"):
        return ""
    if before.endswith("\n"):
        return "\n"
    text = drawn.lstrip()
    if "\n" in drawn[: len(drawn) - len(text)] and not is_mid_sentence(before):
        return "\n\n"
    if before[-1].isspace() or not text:
        return ""
    if before[-1] in _DASHES and before[-2:-1].isspace():
        return " "
    if before[-1] in _OPENING or is_quote_opened(last_paragraph(before)) or text[0] in _CLOSING:
        return ""
    if text[0] == '"' and is_in_quotation(before):
        return ""
    has_space = drawn[0].isspace()
    return " " if has_space or text[0] == '"' or not is_mid_sentence(before) else ""


def trail_between(text: str, after: str) -> str:
    """The white space between `text`, which ends with none, and what stands behind it."""
    if after.startswith("\n") and not after.startswith("\n\n") and after.strip():
        return "\n"
    if not follows_in_paragraph(after) or after[0].isspace() or not text:
        return ""
    return "" if after[0] in _CLOSING or text[-1] in _OPENING else " "


def within_paragraph(before: str, drawn: str) -> str:
    """What of `drawn` belongs to the paragraph that it goes on with, or begins; empty when it
    begins another one."""
    text = drawn.lstrip()
    gap = drawn[: len(drawn) - len(text)]
    if "\n" in gap and not begins_paragraph(before):
        return ""
    return gap + text.split("\n", 1)[0]


def without_repeated(before: str, text: str) -> str:
    """`text` without the words at its beginning that are the last of the text before it."""
    said = [_bare(word) for word in before.split()[-_MOST_REPEATED_WORDS:]]
    words = list(_WORD.finditer(text))
    for count in range(min(len(said), len(words)), 0, -1):
        first = [_bare(match.group()) for match in words[:count]]
        if first != said[-count:] or not any(first):
            continue
        if count == 1 and (first[0] in _SAID_TWICE or not is_mid_sentence(before)):
            continue
        return text[words[count - 1].end() :].lstrip()
    return text


def without_repeated_end(text: str, after: str) -> str:
    """`text` without the words at its end that are the first of the text behind it."""
    following = [_bare(word) for word in after.split()[:_MOST_REPEATED_WORDS]]
    words = list(_WORD.finditer(text))
    for count in range(min(len(following), len(words)), 0, -1):
        last = [_bare(match.group()) for match in words[-count:]]
        if last == following[:count] and any(last) and not (count == 1 and last[0] in _SAID_TWICE):
            return text[: words[-count].start()].rstrip()
    return text


def is_in_quotation(text: str) -> bool:
    """Whether a quotation is open at the end of a text."""
    line = last_paragraph(text)
    return bool(line.count('"') % 2) or line.count("“") > line.count("”")


def sentence_ends(before: str, text: str, *, in_quotation: bool | None = False) -> list[int]:
    """Offsets at which `text` may stop behind `before`: sentences that have ended.

    Those alone where a quotation is open, or none is; with None both.
    """
    line = last_paragraph(before)
    whole = line + text
    ends = [end for end in complete_sentence_ends(whole) if end > len(line)]
    return [
        end - len(line)
        for end in ends
        if in_quotation is None or is_in_quotation(whole[:end]) == in_quotation
    ]


def with_quote_closed(before: str, text: str) -> str:
    """`text` with the mark that closes the quotation it ends in; as it is when it ends in none."""
    line = last_paragraph(before + text)
    if line.count('"') % 2:
        return text + '"'
    return text + "”" if line.count("“") > line.count("”") else text


def cut_between(text: str, least_words: int, most_words: int) -> str:
    """At most so many words of prose in which no sentence ends, up to the end of a clause."""
    words = list(_WORD.finditer(text))[:most_words]
    if not words:
        return ""
    kept = text[: words[-1].end()]
    for match in reversed(list(_CLAUSE.finditer(kept))):
        if count_words(kept[: match.start()]) >= least_words:
            return kept[: match.start()].rstrip()
    return kept


def _bare(word: str) -> str:
    return _BARE.sub("", word).casefold()
