"""Alignment: blocks in order that are equal indeed, whatever the sequences are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.alignment import Block, align

ITEMS = st.lists(st.sampled_from("abcde"), max_size=40)


@given(ITEMS, ITEMS, st.integers(1, 3))
def test_blocks_are_equal_and_rise(old: list[str], new: list[str], run: int) -> None:
    blocks = align(old, new, run)
    for block in blocks:
        assert block.length > 0
        ends = block.old + block.length, block.new + block.length
        assert old[block.old : ends[0]] == new[block.new : ends[1]]
    for one, other in pairwise(blocks):
        assert one.old + one.length <= other.old
        assert one.new + one.length <= other.new


def test_long_sequences_are_anchored_on_what_stands_once() -> None:
    old = [f"{number}" for number in range(5_000)] + ["filler"] * 5_000
    new = [*old[:100], "new", *old[101:4_000], *old[4_001:]]
    assert align(old, new) == [
        Block(0, 0, 100),
        Block(101, 101, 3_899),
        Block(4_001, 4_000, 5_999),
    ]


def test_a_single_item_that_both_have_by_chance_is_no_anchor_for_runs() -> None:
    old = [*["a"] * 300, "rare", *["b"] * 300]
    new = [*["b"] * 200, "rare", *["a"] * 200]
    assert align(old, new, run=3) == []
    assert align(old, new, run=1) == [Block(300, 200, 1)]
