"""A person's own words: a file that hands and windows change at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from novelgen.errors import StorageError, UsageError
from novelgen.text.personal_dictionary import PersonalDictionary


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "dictionary.txt"


def test_a_word_is_added_once(path: Path) -> None:
    dictionary = PersonalDictionary(path)
    assert dictionary.words() == ()
    assert dictionary.add("frobnik")
    assert not dictionary.add(" frobnik ")
    assert dictionary.words() == ("frobnik",)
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["frobnik"]
    assert list(path.parent.glob("dictionary.txt?*")) == []


def test_what_a_hand_wrote_is_kept_and_seen(path: Path) -> None:
    dictionary = PersonalDictionary(path)
    dictionary.add("frobnik")
    path.write_text("# mine\nVoss\n\n  Mara  \nVoss", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert dictionary.words() == ("Voss", "Mara")
    dictionary.add("Elias")
    assert path.read_text(encoding="utf-8") == "# mine\nVoss\n\n  Mara  \nVoss\nElias\n"


def test_windows_that_add_at_once_lose_nothing(path: Path) -> None:
    words = [f"word{'x' * number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda word: PersonalDictionary(path).add(word), words))
    assert sorted(PersonalDictionary(path).words()) == sorted(words)


def test_no_word_is_refused(path: Path) -> None:
    for wrong in ("", "  ", "42", "# note", "x" * 101):
        with pytest.raises(UsageError):
            PersonalDictionary(path).add(wrong)
    assert not path.exists()


def test_a_file_that_cannot_be_read_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StorageError, match=r"dictionary\.txt"):
        PersonalDictionary(path).words()
