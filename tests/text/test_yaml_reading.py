"""What people write in YAML."""

import pytest

from novelgen.text.yaml_reading import YamlMistake, read_yaml


def test_plain_values_with_their_lines() -> None:
    document = read_yaml("tense: past\nbanned:\n- delve\n- 3\n")
    assert document.value == {"tense": "past", "banned": ["delve", 3]}
    assert document.node.value[1][0].start_mark.line == 1
    assert (read_yaml("").value, read_yaml("# nothing\n").node) == (None, None)


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("tense: past\ngenre: x\ntense: present\n", "`tense` stands there twice", 3),
        ("a:\n- b: 1\n  b: 2\n", "`b` stands there twice", 3),
        ("a: [1, 2\nb: 3\n", "", 2),
        ("a: 'open\n\n", "", 1),
        ("- !!python/object:os.system x\n", "could not determine a constructor", 1),
        ("a: 2026-13-45\n", "month must be in", 0),
        ("--- 1\n--- 2\n", "but found another document", 2),
        ("[" * 3_000, "", 0),
        ("a: \x00", "", 0),
        ("a: \ud800", "", 0),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, problem: str, line: int) -> None:
    with pytest.raises(YamlMistake) as raised:
        read_yaml(text)
    assert problem in raised.value.problem
    assert raised.value.line == line or not line
    assert (f"line {raised.value.line}" in str(raised.value)) is bool(raised.value.line)


def test_references_are_read_once_however_many_there_are() -> None:
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    assert len(read_yaml(f"l0: &l0 [x]\n{layers}\n").value) == 9
