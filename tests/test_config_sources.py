"""Where settings come from is told, and the file they are in is changed without losing anything."""

from pathlib import Path

import pytest

from novelgen.config import Settings, load_settings
from novelgen.config_file import (
    change_setting,
    read_config_text,
    unset_setting,
    write_config_text,
)
from novelgen.config_sources import SettingInForce, SettingSource, settings_in_force
from novelgen.errors import UsageError
from novelgen.paths import Paths, resolve_paths

KEPT = """# my settings
author = "A. Writer"   # a pen name

[servers.house]
url = "http://127.0.0.1:8080/v1"  # the big machine
model = "m"
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NOVELGEN_{name.upper()}", raising=False)


@pytest.fixture
def paths(home: Path) -> Paths:
    found = resolve_paths(home)
    found.config.mkdir(parents=True)
    return found


def of(paths: Paths, name: str, **flags: object) -> SettingInForce:
    return next(each for each in settings_in_force(paths, **flags) if each.name == name)


def test_every_source_is_named_and_the_strongest_wins(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert of(paths, "author").source is SettingSource.DEFAULT
    paths.config_file.write_text('author = "F"\ndatabase_url = "sqlite:///f.db"\n')
    found = of(paths, "author")
    assert (found.source, found.origin, found.shown) == (
        SettingSource.FILE,
        str(paths.config_file),
        "F",
    )
    monkeypatch.setenv("NOVELGEN_AUTHOR", "E")
    found = of(paths, "author")
    assert (found.source, found.origin, found.value) == (
        SettingSource.ENVIRONMENT,
        "NOVELGEN_AUTHOR",
        "E",
    )
    found = of(paths, "database_url", database_url="sqlite:///g.db")
    assert (found.source, found.origin, found.value) == (
        SettingSource.FLAG,
        "--db",
        "sqlite:///g.db",
    )


def test_every_setting_is_described(paths: Paths) -> None:
    found = settings_in_force(paths)
    assert [each.name for each in found] == list(Settings.model_fields)
    assert all(each.description for each in found)


def test_a_password_is_not_shown(paths: Paths) -> None:
    paths.config_file.write_text('database_url = "postgresql://anna:secret@db.example/novels"\n')
    assert of(paths, "database_url").shown == "postgresql://anna:***@db.example/novels"


def test_a_change_keeps_comments_and_order(paths: Paths) -> None:
    file = paths.config_file
    file.write_text(KEPT)
    file.chmod(0o640)
    change_setting(file, "author", "Somebody Else")
    change_setting(file, "keep_warm_minutes", "2.5")
    change_setting(file, "cuda_graphs", "false")
    change_setting(file, "gpu_layers", "7")
    text = file.read_text()
    assert "# my settings" in text
    assert "# a pen name" in text
    assert "# the big machine" in text
    settings = load_settings(paths)
    assert settings.author == "Somebody Else"
    assert (settings.keep_warm_minutes, settings.cuda_graphs, settings.gpu_layers) == (
        2.5,
        False,
        7,
    )
    assert settings.servers["house"].model == "m"
    assert file.stat().st_mode & 0o777 == 0o640


def test_words_are_taken_as_they_are_where_text_is_wanted(paths: Paths) -> None:
    change_setting(paths.config_file, "author", "1984")
    change_setting(paths.config_file, "device", "cpu")
    change_setting(paths.config_file, "gpu_layers", "auto")
    change_setting(paths.config_file, "model_folders", '["a", "b"]')
    settings = load_settings(paths)
    assert (settings.author, settings.device, settings.gpu_layers) == ("1984", "cpu", "auto")
    assert settings.model_folders == (Path("a"), Path("b"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("candidates", "99", "at most 16"),
        ("device", "abacus", "must be"),
        ("keep_warm_minutes", "soon", "must be a number"),
        ("cuda_graphs", "perhaps", "true or false"),
    ],
)
def test_a_bad_value_changes_nothing(paths: Paths, name: str, text: str, message: str) -> None:
    paths.config_file.write_text(KEPT)
    with pytest.raises(UsageError, match=message):
        change_setting(paths.config_file, name, text)
    assert paths.config_file.read_text() == KEPT
    assert list(paths.config.iterdir()) == [paths.config_file]


def test_a_bad_value_is_found_behind_a_good_one_of_the_environment(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVELGEN_DEVICE", "cpu")
    with pytest.raises(UsageError, match="device"):
        change_setting(paths.config_file, "device", "abacus")


def test_unset_brings_the_default_back(paths: Paths) -> None:
    paths.config_file.write_text(KEPT)
    assert unset_setting(paths.config_file, "author")
    assert not unset_setting(paths.config_file, "author")
    assert of(paths, "author").source is SettingSource.DEFAULT
    assert "# the big machine" in paths.config_file.read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("author = ", "not valid TOML"),
        ("colour = 1", "colour: there is no such setting"),
        ("candidates = 0", "at least 1"),
        ("[servers.h]\nurl = 'http://h/v1'\nmodel = 'm'\napi_key = 'k'", "key"),
    ],
)
def test_a_whole_text_is_checked_before_it_is_kept(paths: Paths, text: str, message: str) -> None:
    paths.config_file.write_text(KEPT)
    with pytest.raises(UsageError, match=message):
        write_config_text(paths.config_file, text)
    assert read_config_text(paths.config_file) == KEPT


def test_a_file_that_is_not_there_is_made(home: Path) -> None:
    paths = resolve_paths(home)
    assert read_config_text(paths.config_file) == ""
    change_setting(paths.config_file, "candidates", "3")
    assert load_settings(paths).candidates == 3
