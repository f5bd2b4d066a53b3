"""Novels that a person wants of a fleet, in a file: read, or refused with the name of the wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from novelgen.bootstrap import NovelRequest
from novelgen.cli.fleet_novels import Defaults, copies_of, requests_from
from novelgen.errors import UsageError
from novelgen.text.text_files import MAX_BYTES
from storage.store import open_store
from tests.conftest import CommandLine

PLAIN = Defaults(target_words=50_000, author="A. B.", seed=7)

FULL: dict[str, Any] = {
    "title": "Salt",
    "author": "C. D.",
    "premise": "A keeper finds a letter. 🕯",
    "target_words": 90_000,
    "chapters": 30,
    "seed": 3,
    "voice": {"tense": "past", "banned": ["delve"]},
}


def read(tmp_path: Path, text: str, name: str = "novels.yaml") -> list[NovelRequest]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return requests_from(path, PLAIN)


def refusal(tmp_path: Path, text: str, name: str = "novels.yaml") -> UsageError:
    with pytest.raises(UsageError) as error:
        read(tmp_path, text, name)
    return error.value


@pytest.mark.parametrize("name", ["novels.json", "novels.yaml", "novels"])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_a_json_list_is_read(tmp_path: Path, name: str, is_ascii: bool) -> None:
    text = json.dumps([FULL, "A lamp goes out. 🕯"], ensure_ascii=is_ascii)
    full, bare = read(tmp_path, text, name)
    assert (full.title, full.author, full.premise) == (
        "Salt", "C. D.", "A keeper finds a letter. 🕯",
    )  # fmt: skip
    assert (full.target_words, full.chapters, full.seed) == (90_000, 30, 3)
    assert full.voice is not None
    assert (full.voice.tense, full.voice.banned) == ("past", ("delve",))
    assert bare == NovelRequest("", "A. B.", "A lamp goes out. 🕯", 50_000, 8)


@pytest.mark.parametrize("name", ["novels.jsonl", "novels.ndjson", "novels.txt"])
def test_json_lines_are_read(tmp_path: Path, name: str) -> None:
    novels = [FULL, {"premise": "One\u2028two."}]
    lines = [json.dumps(each, ensure_ascii=False) for each in novels]
    full, other = read(tmp_path, "\n\n".join(lines) + "\r\n", name)
    assert full == read(tmp_path, json.dumps([FULL]), "novels.json")[0]
    assert other.premise == "One two."


def test_yaml_is_read_with_references(tmp_path: Path) -> None:
    first, second, third = read(
        tmp_path,
        "- &keeper\n  premise: >\n    A keeper\n    finds a letter.\n  target_words: 1500\n"
        "- <<: *keeper\n  title: Twice\n"
        "- A lamp goes out.\n",
    )
    assert (first.premise, first.target_words) == ("A keeper finds a letter.", 1500)
    assert (second.premise, second.title) == (first.premise, "Twice")
    assert [each.seed for each in (first, second, third)] == [7, 8, 9]


def test_seeds_differ_where_nobody_says_one(tmp_path: Path) -> None:
    (tmp_path / "novels.yaml").write_text("- One.\n" * 50)
    found = requests_from(tmp_path / "novels.yaml", Defaults(1_000, "", None))
    assert len({each.seed for each in found}) > 45
    copies = copies_of("One.", "Title", 3, 2, Defaults(1_000, "", 40))
    assert [(each.seed, each.chapters, each.title) for each in copies] == [
        (40, 2, "Title"), (41, 2, "Title"), (42, 2, "Title"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("novel", "told"),
    [
        ("null", "neither a premise nor fields"),
        ("3", "neither a premise nor fields"),
        ("[a, b]", "neither a premise nor fields"),
        ('""', "neither a premise nor a title"),
        ("{}", "neither a premise nor a title"),
        ("{title: null, premise: null}", "neither a premise nor a title"),
        ("{premise: [a]}", "premise is no text"),
        ("{premise: 3}", "premise is no text"),
        ("{premise: 2026-01-01}", "premise is no text"),
        ("{premise: x, title: yes}", "title is no text"),
        ("{premise: x, author: {a: b}}", "author is no text"),
        ("{premise: x, target_words: lots}", "target_words is no whole number"),
        ("{premise: x, target_words: 1.5}", "target_words is no whole number"),
        ("{premise: x, target_words: true}", "target_words is no whole number"),
        ("{premise: x, target_words: 99}", "target_words is 99; it can be 100 to"),
        ("{premise: x, target_words: -1}", "it can be 100 to"),
        ("{premise: x, seed: -1}", "seed is -1; it can be 0 to"),
        ("{premise: x, seed: 99999999999999999999}", "seed is"),
        ("{premise: x, chapters: 0}", "it can be 1 to"),
        ("{premise: x, chapters: 4000}", "it can be 1 to"),
        ("{premise: x, voice: angry}", "voice is no voice sheet"),
        ("{premise: x, voice: {tense: never}}", "tense"),
        ("{premise: x, voice: {mood: grim}}", "no field 'mood'"),
        ("{premise: x, words: 3}", "there is no field words"),
        ("{premise: x, 3: 4}", "there is no field 3"),
        ("{premise: " + "x" * 8_001 + "}", "8,001 characters"),
        ("{premise: x, title: " + "x" * 301 + "}", "title is longer than 300"),
    ],
)
def test_a_wrong_novel_is_named(tmp_path: Path, novel: str, told: str) -> None:
    error = refusal(tmp_path, f"- fine\n- premise: fine too\n- {novel}\n")
    assert re.search(r"novels\.yaml, novel 3\b", error.message)
    assert told in error.message
    assert error.remedy
    assert len(error.message) < 400


def test_a_novel_without_a_length_is_named(tmp_path: Path) -> None:
    (tmp_path / "novels.yaml").write_text("- {premise: x, target_words: 1000}\n- y\n")
    with pytest.raises(UsageError, match="novel 2: it says no target_words") as error:
        requests_from(tmp_path / "novels.yaml", Defaults(None, "", None))
    assert "--target-words" in error.value.remedy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no novel"),
        ("# nothing\n", "names no novel"),
        ("[]", "names no novel"),
        ("premise: x\n", "is no list of novels"),
        ("just words\n", "is no list of novels"),
        ("- a: [1, 2\n", "cannot be read"),
        ("- !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
        ("- !!python/name:os.system\n", "could not determine a constructor"),
        ("- premise: x\n  premise: y\n", "stands there twice"),
        ("- {premise: x, target_words: 2026-13-45}\n", "cannot be read"),
        ("- seed: " + "9" * 5_000, "cannot be read"),
        ("[" * 3_000, "cannot be read"),
        ("- &a [*a]\n", "novel 1 is neither"),
        ("--- [x]\n--- [y]\n", "cannot be read"),
    ],
)
def test_what_is_no_list_of_novels_is_refused(tmp_path: Path, text: str, told: str) -> None:
    error = refusal(tmp_path, text)
    assert "novels.yaml" in error.message
    assert told in error.message
    assert error.remedy
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"premise": "x"}\n{"premise": \n', "novel 2 cannot be read"),
        ('{"premise": "x"}\nnull\n', "novel 2 is neither"),
        ('{"premise": "x", "premise": "y"}\n', "novel 1 cannot be read: a field stands"),
        ('{"premise": "x", "seed": ' + "9" * 5_000 + "}\n", "novel 1 cannot be read"),
        ('{"premise": ' + "[" * 100_000 + "\n", "nested too deep"),
        ('{"premise": "x", "seed": NaN}\n', "novel 1: seed is no whole number"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path: Path, text: str, told: str) -> None:
    error = refusal(tmp_path, text, "novels.jsonl")
    assert told in error.message
    assert "\n" not in error.message


def test_layers_of_references_are_no_bomb(tmp_path: Path) -> None:
    lists = "\n".join(f"- &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    assert "novel 1 is neither" in refusal(tmp_path, f"- &l0 [x]\n{lists}\n").message
    merged = "\n".join(f"- &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 12))
    assert len(read(tmp_path, f"- &m0 {{premise: x}}\n{merged}\n")) == 12
    inside = "\n".join(f"  - &v{n} [{', '.join([f'*v{n - 1}'] * 9)}]" for n in range(1, 12))
    bomb = f"- premise: x\n  voice:\n  - &v0 [x]\n{inside}\n"
    assert "novel 1: voice is no voice sheet" in refusal(tmp_path, bomb).message


def test_endless_files_and_lists_are_refused(tmp_path: Path) -> None:
    assert "names 10,001 novels" in refusal(tmp_path, "- x\n" * 10_001).message
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageError, match=r"big\.yaml has more than 64 MB"):
        requests_from(path, PLAIN)
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read"):
        requests_from(tmp_path / "none.yaml", PLAIN)


def test_control_characters_do_not_reach_the_database(tmp_path: Path) -> None:
    (found,) = read(tmp_path, '[{"premise": "a\\u0000b\\ud800c\\u001b[31md", "title": "x\\u0007"}]')
    assert "\x00" not in found.premise and "\x1b" not in found.premise
    found.premise.encode()
    assert found.title == "x"


def test_nothing_is_made_when_one_of_them_is_wrong(
    tmp_path: Path, novelgen: CommandLine, postgresql_url: str
) -> None:
    path = tmp_path / "novels.yaml"
    path.write_text("- One.\n- Two.\n- {premise: Three., chapters: many}\n")
    new = ("fleet", "new", str(path), "--model", "scripted", "--target-words", "1000")
    refused = novelgen(*new, "--db", postgresql_url, expect=2)
    assert "novel 3: chapters is no whole number" in refused.stderr
    assert refused.stdout == ""
    with open_store(postgresql_url) as store, store.reading() as work:
        assert work.novels.summaries() == []
        assert work.fleet_tasks.all() == []


def test_novels_come_from_standard_input(
    tmp_path: Path, novelgen: CommandLine, postgresql_url: str
) -> None:
    new = ("fleet", "new", "-", "--model", "scripted", "--target-words", "1000", "--json")
    novelgen(*new, "--db", postgresql_url, stdin='{"premise": "Two."}\n{"premise": "Three."}\n')
    with open_store(postgresql_url) as store, store.reading() as work:
        premises = sorted(each.novel.premise for each in work.novels.summaries())
    assert premises == ["Three.", "Two."]
