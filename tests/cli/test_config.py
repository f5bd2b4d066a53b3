"""`novelgen config` says where settings come from, and changes them."""

import json

from tests.conftest import CommandLine


def test_show_names_the_source_of_every_setting(novelgen: CommandLine) -> None:
    novelgen("config", "set", "author", "A. File")
    shown = json.loads(
        novelgen("config", "show", "--json", "--db", "sqlite:///x.db", NOVELGEN_DEVICE="cpu").stdout
    )
    by_name = {each["name"]: each for each in shown["settings"]}
    assert shown["file"].endswith("config.toml")
    assert by_name["author"]["source"] == "file"
    assert by_name["author"]["origin"] == shown["file"]
    assert by_name["device"]["origin"] == "NOVELGEN_DEVICE"
    assert by_name["database_url"]["origin"] == "--db"
    assert by_name["candidates"] | {"description": ""} == {
        "name": "candidates",
        "value": "1",
        "source": "default",
        "origin": "",
        "default": "1",
        "variable": "NOVELGEN_CANDIDATES",
        "description": "",
    }
    table = novelgen("config", "show").stdout
    assert "A. File" in table
    assert "Texts drawn for every passage." in table


def test_set_and_unset(novelgen: CommandLine) -> None:
    assert novelgen("config", "set", "candidates", "3").stdout == "candidates: 3\n"
    told = novelgen("config", "set", "device", "cpu", NOVELGEN_DEVICE="auto")
    assert "NOVELGEN_DEVICE wins" in told.stderr
    refused = novelgen("config", "set", "candidates", "99", expect=2)
    assert "at most 16" in refused.stderr
    assert "Nothing was changed" in refused.stderr
    assert "no setting 'colour'" in novelgen("config", "set", "colour", "1", expect=3).stderr
    assert novelgen("config", "unset", "candidates").stdout == "candidates: 1\n"
    assert "does not set" in novelgen("config", "unset", "candidates").stderr
