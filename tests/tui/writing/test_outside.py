"""What an editor outside changed, as pieces to put on the page."""

from hypothesis import given
from hypothesis import strategies as st

from novelgen.tui.writing.outside import changed_pieces

_TEXTS = st.lists(
    st.sampled_from(["The sea. ", "He ran. ", "\n\n", "a ", "light", " [[note]]", "“Oh.”"]),
    max_size=12,
).map("".join)


@given(old=_TEXTS, new=_TEXTS)
def test_the_pieces_make_the_new_text_of_the_old_one(old: str, new: str) -> None:
    text = old
    pieces = changed_pieces(old, new)
    for start, end, put in reversed(pieces):
        text = text[:start] + put + text[end:]
    assert text == new
    ends = [end for _, end, _ in pieces]
    assert all(end < start for end, (start, _, _) in zip(ends, pieces[1:], strict=False))
