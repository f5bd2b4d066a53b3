"""`novelgen card` as a person calls it."""

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.conftest import CommandLine

NEW = (
    "new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.", "--seed", "3",
    "--target-words", "1500", "--author", "Ida & Co",
)  # fmt: skip


def test_a_card_is_written_where_it_should_be(novelgen: CommandLine, tmp_path: Path) -> None:
    novelgen(*NEW)
    made = novelgen("card", "The Keeper")
    assert made.stdout == "the-keeper.svg\n"
    root = ElementTree.parse(tmp_path / "the-keeper.svg").getroot()
    assert root.tag.endswith("svg")
    assert "Ida & Co" in "".join(root.itertext())

    refused = novelgen("card", "The Keeper", expect=2)
    assert "the-keeper.svg exists" in refused.stderr and "--force" in refused.stderr
    novelgen("card", "The Keeper", "--force")
    told = json.loads(novelgen("card", "The Keeper", "-o", "a/b/card.svg", "--json").stdout)
    assert told == {"path": "a/b/card.svg"}
    assert (tmp_path / "a/b/card.svg").read_text().startswith("<svg")


def test_there_is_no_card_of_nothing(novelgen: CommandLine, tmp_path: Path) -> None:
    refused = novelgen("card", "Nobody", expect=3)
    assert "novelgen list" in refused.stderr
    assert not list(tmp_path.glob("*.svg"))


def test_a_card_loads_no_model(novelgen: CommandLine, tmp_path: Path) -> None:
    import subprocess
    import sys

    novelgen(*NEW)
    code = (
        "import sys\nfrom novelgen.cli import main\n"
        "sys.argv = ['novelgen', 'card', 'The Keeper']\n"
        "try:\n    main.run()\nexcept SystemExit:\n    pass\n"
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'textual'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={
            "NOVELGEN_HOME": str(tmp_path / "home"),
            "PYTHONPATH": ":".join(filter(None, sys.path)),
        },
    )
    assert done.stdout.splitlines()[-1] == "[]"
