"""What Project Gutenberg puts around a text, and within it: licence, names, notes on pictures."""

import re
from collections.abc import Sequence

from novelgen.manuscript.importing.blocks import Block, Draft, Paragraph

_START = re.compile(r"^\*{3} ?START OF TH[^\n]*$", re.MULTILINE)
_END = re.compile(
    r"^(?:\*{3} ?END OF TH|End of (?:the |this )?Project Gutenberg)[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FIELD = re.compile(r"^(Title|Author): +([^\n]{1,300})$", re.MULTILINE)
_INSERTED = re.compile(
    r"\[(?P<kind>Illustration|Footnote|Transcriber['’]s Note|Frontispiece|Image)\b.*\]",
    re.DOTALL | re.IGNORECASE,
)


def without_licence(text: str, draft: Draft) -> str:
    """The text between the marks; title and author before them go to the draft."""
    start = _START.search(text)
    if start is not None:
        fields = dict(_FIELD.findall(text[: start.start()]))
        draft.title = draft.title or fields.get("Title", "")
        draft.author = draft.author or fields.get("Author", "")
        text = text[start.end() :]
    end = _END.search(text)
    return text if end is None else text[: end.start()]


def without_licence_pages(blocks: Sequence[Block]) -> list[Block]:
    """The blocks between the marks, in whichever format they came."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in blocks]
    starts = [at for at, text in enumerate(texts) if _START.match(text)]
    begin = starts[0] + 1 if starts else 0
    ends = [at for at, text in enumerate(texts) if at >= begin and _END.match(text)]
    return list(blocks[begin : ends[0] if ends else len(blocks)])


def is_inserted(paragraph: str, draft: Draft) -> bool:
    """Whether a paragraph is a note on a picture or a footnote; they are counted in the draft."""
    found = _INSERTED.fullmatch(paragraph)
    if found is None:
        return False
    is_footnote = found["kind"].lower() == "footnote"
    draft.num_footnotes += is_footnote
    draft.num_pictures += not is_footnote
    return True
