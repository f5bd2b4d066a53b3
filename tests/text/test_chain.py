"""Snapshot keys change with everything they stand for."""

from novelgen.text.chain import genesis_key, segment_key


def test_equal_inputs_give_equal_keys() -> None:
    assert segment_key("p", "text", "m", "a") == segment_key("p", "text", "m", "a")
    assert len(segment_key("p", "text", "m", "a")) == 64


def test_every_field_counts_and_fields_do_not_run_together() -> None:
    keys = {
        segment_key("p", "text", "m", "a"),
        segment_key("q", "text", "m", "a"),
        segment_key("p", "texts", "m", "a"),
        segment_key("p", "text", "n", "a"),
        segment_key("p", "text", "m", "b"),
        segment_key("pt", "ext", "m", "a"),
        genesis_key("m", "a"),
        genesis_key("ma", ""),
    }
    assert len(keys) == 8
