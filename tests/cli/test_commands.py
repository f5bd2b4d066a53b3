"""The command line as a person and as a program use it, in real processes."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from novelgen.generation.novel_settings import PROSE_SAMPLING, NovelSettings
from novelgen.text.words import count_words
from storage.store import open_store
from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--premise", "A keeper finds a letter.", "--seed", "4")


def new_novel(novelgen: CommandLine, *more: str, words: int = 700) -> dict[str, Any]:
    finished = novelgen(*NEW, "--target-words", str(words), "--json", *more)
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


def exported_words(markdown: str) -> int:
    """Words of the prose in an exported file: no front matter, no headings."""
    body = markdown.split("---\n", 2)[2]
    return sum(count_words(line) for line in body.splitlines() if not line.startswith("# "))


def test_new_prints_the_id_alone_and_narrates_on_stderr(novelgen: CommandLine) -> None:
    finished = novelgen(*NEW, "--title", "The Keeper", "--target-words", "700")
    assert re.fullmatch(r"[0-9a-f]{12}\n", finished.stdout)
    assert "Finished: " in finished.stderr
    quiet = novelgen(*NEW, "--target-words", "700", "--quiet")
    assert quiet.stderr == ""


def test_the_json_contract_of_a_run(novelgen: CommandLine) -> None:
    document = new_novel(novelgen, "--title", "The Keeper")
    assert set(document) >= {
        "id", "title", "target_words", "words", "chapters", "segments", "status", "seconds",
        "tokens", "tokens_per_second", "run_id",
    }  # fmt: skip
    assert document["status"] == "finished"
    again = json.loads(novelgen("--json", "resume", document["id"]).stdout)
    assert {**again, "seconds": 0, "tokens_per_second": 0} == {
        **document, "seconds": 0, "tokens_per_second": 0
    }  # fmt: skip


def test_all_reports_agree_to_the_word(novelgen: CommandLine, tmp_path: Path) -> None:
    made = new_novel(novelgen, "--title", "The Keeper", words=2_000)
    listed = json.loads(novelgen("list", "--json").stdout)["novels"][0]
    shown = json.loads(novelgen("show", "the keep", "--json").stdout)
    path = novelgen("export", made["id"]).stdout.strip()
    markdown = (tmp_path / path).read_text()
    front = yaml.safe_load(markdown.split("---\n")[1])
    counts = {
        made["words"],
        listed["words"],
        shown["words"],
        sum(chapter["words"] for chapter in shown["chapters"]),
        front["words"],
        exported_words(markdown),
    }
    assert len(counts) == 1
    assert abs(made["words"] - 2_000) <= 20
    assert listed["percent"] == round(100 * made["words"] / 2_000, 2)
    assert set(listed) == {
        "id", "title", "target_words", "words", "percent", "status", "updated_at",
        "waiting",
    }  # fmt: skip


def test_show_json_keys(novelgen: CommandLine) -> None:
    made = new_novel(novelgen)
    shown = json.loads(novelgen("show", made["id"], "--json").stdout)
    assert {"chapters", "references", "model", "adapter", "branch"} <= set(shown)
    assert set(shown["chapters"][0]) == {
        "number", "title", "words", "target_words", "status", "memory_behind", "to_check",
        "revision", "is_held",
    }  # fmt: skip
    assert shown["chapters"][0]["memory_behind"] is False
    titles = [reference["title"] for reference in shown["references"]]
    assert "The Lord of the Rings" in titles
    assert set(shown["references"][0]) == {"title", "words", "percent"}


def test_one_heading_a_chapter(novelgen: CommandLine) -> None:
    made = new_novel(novelgen, "--title", "The Keeper", words=2_000)
    markdown = novelgen("export", made["id"], "--output", "-").stdout
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert len(headings) == made["chapters"]
    assert headings[0].startswith("# Chapter 1: ")
    part = novelgen("export", made["id"], "--output", "-", "--chapters", "2-3").stdout
    assert [line for line in part.splitlines() if line.startswith("#")] == headings[1:3]


def test_export_does_not_overwrite_unasked(novelgen: CommandLine, tmp_path: Path) -> None:
    made = new_novel(novelgen)
    (tmp_path / "mine.md").write_text("precious")
    refused = novelgen("export", made["id"], "--output", "mine.md", expect=2)
    assert "--force" in refused.stderr
    assert (tmp_path / "mine.md").read_text() == "precious"
    novelgen("export", made["id"], "--output", "mine.md", "--force")
    assert "precious" not in (tmp_path / "mine.md").read_text()
    assert [path.name for path in tmp_path.glob("*.md*")] == ["mine.md"]


def test_export_replaces_no_device_and_speaks_utf8(
    novelgen: CommandLine, environment: dict[str, str]
) -> None:
    made = new_novel(novelgen, "--title", "É—ß")
    refused = novelgen("export", made["id"], "--output", "/dev/null", "--force", expect=2)
    assert "not a regular file" in refused.stderr
    assert Path("/dev/null").is_char_device()
    import subprocess
    import sys

    finished = subprocess.run(
        [sys.executable, "-m", "novelgen", "export", made["id"], "--output", "-"],
        capture_output=True, check=True, stdin=subprocess.DEVNULL,
        env=environment | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert "title: É—ß\n" in finished.stdout.decode("utf-8")


def test_snapshots_and_verify(novelgen: CommandLine) -> None:
    made = new_novel(novelgen, words=2_000)
    stored = json.loads(novelgen("snapshots", made["id"], "--json").stdout)["snapshots"]
    assert len(stored) == made["segments"]
    assert set(stored[0]) == {"key", "parent", "chapter", "segment", "bytes", "created_at"}
    assert [row["parent"] for row in stored[1:]] == [row["key"] for row in stored[:-1]]
    verified = json.loads(novelgen("verify", made["id"], "--json").stdout)
    kept = sum(each["bytes"] is not None for each in stored)
    assert 0 < kept < made["segments"]
    assert verified == {
        "ok": True, "segments": made["segments"], "snapshots": kept, "memory_behind": [],
        "problems": [],
    }  # fmt: skip
    novelgen(*NEW, "--title", "Kept", "--target-words", "2000", NOVELGEN_SNAPSHOTS_KEPT="all")
    stored = json.loads(novelgen("snapshots", "Kept", "--json").stdout)["snapshots"]
    assert all(each["bytes"] for each in stored)


def test_verify_finds_a_changed_word(novelgen: CommandLine, home: Path) -> None:
    import sqlite3

    made = new_novel(novelgen)
    with sqlite3.connect(home / "data" / "novelgen.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE segments SET text = text || ' And more.' WHERE position = 0")
        database.execute("UPDATE memory_snapshots SET data = x'00' WHERE rowid = 2")
    database.close()
    found = json.loads(novelgen("verify", made["id"], "--json", expect=1).stdout)
    assert not found["ok"]
    assert any("does not match its key" in problem for problem in found["problems"])
    assert any("have changed" in problem for problem in found["problems"])


def test_plan_only_then_resume_with_limits(novelgen: CommandLine) -> None:
    planned = new_novel(novelgen, "--plan-only", words=2_000)
    assert (planned["words"], planned["status"]) == (0, "paused")
    chapters = json.loads(novelgen("show", planned["id"], "--json").stdout)["chapters"]
    assert {chapter["status"] for chapter in chapters} == {"planned"}
    assert all(chapter["title"] for chapter in chapters)
    limited = novelgen("resume", planned["id"], "--until-chapter", "1", "--json", expect=6)
    assert json.loads(limited.stdout)["chapters"] == 1
    assert "novelgen resume" in limited.stderr
    limited = novelgen("resume", planned["id"], "--until-words", "1200", "--json", expect=6)
    assert 1_200 <= json.loads(limited.stdout)["words"] < 1_500
    assert json.loads(novelgen("resume", planned["id"], "--json").stdout)["status"] == "finished"
    done = novelgen("resume", planned["id"])
    assert "Nothing is left" in done.stderr
    assert done.stdout.strip() == planned["id"]


def test_resume_from_a_snapshot_branches_and_keeps_the_old_text(
    novelgen: CommandLine, home: Path
) -> None:
    import sqlite3

    made = new_novel(novelgen, words=2_000)
    stored = json.loads(novelgen("snapshots", made["id"], "--json").stdout)["snapshots"]
    chosen = stored[4]
    before = novelgen("export", made["id"], "--output", "-").stdout
    resumed = novelgen("resume", made["id"], "--from", chosen["key"][:12], "--json")
    assert "A new branch begins" in resumed.stderr
    assert json.loads(resumed.stdout)["status"] == "finished"
    after = novelgen("export", made["id"], "--output", "-").stdout
    assert after != before
    keys = json.loads(novelgen("snapshots", made["id"], "--json").stdout)["snapshots"]
    assert [row["key"] for row in keys[:5]] == [row["key"] for row in stored[:5]]
    assert keys[5]["key"] != stored[5]["key"]
    novelgen("verify", made["id"])
    branch = json.loads(novelgen("show", made["id"], "--json").stdout)["branch"]
    assert branch == f"from-{chosen['key'][:8]}-1"
    with sqlite3.connect(home / "data" / "novelgen.db") as database:
        count = database.execute("SELECT count(*) FROM segments").fetchone()[0]
    database.close()
    assert count == len(stored) + len(keys) - sum(
        row["chapter"] < chosen["chapter"] for row in stored
    )
    last = keys[-1]["key"]
    assert "Nothing is left" in novelgen("resume", made["id"], "--from", last).stderr
    assert "no snapshot" in novelgen("resume", made["id"], "--from", "zzz", expect=3).stderr.lower()


def test_new_without_a_premise_invents_one(novelgen: CommandLine) -> None:
    novelgen("new", "--model", "scripted", "--target-words", "550000", "--plan-only")
    shown = json.loads(novelgen("list", "--json").stdout)["novels"][0]
    assert shown["title"]
    full = json.loads(novelgen("show", shown["id"], "--json").stdout)
    assert full["premise"]
    assert len(full["chapters"]) == 120


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("new", "--model", "scripted"), 2, "--target-words is missing"),
        ((*NEW, "--target-words", "5"), 2, "100 to 10,000,000"),
        ((*NEW, "--target-words", "many"), 2, "valid integer"),
        ((*NEW, "--target-words", "700", "--seed", "-1"), 2, "--seed"),
        ((*NEW, "--target-words", "700", "--chapters", "99"), 2, "--chapters"),
        ((*NEW, "--target-words", "700", "--candidates", "99"), 2, "candidates"),
        ((*NEW, "--target-words", "700", "--sampling", "warmth=1"), 2, "'warmth'"),
        ((*NEW, "--target-words", "700", "--sampling", "top_p=2"), 2, "top_p is 2"),
        ((*NEW, "--target-words", "700", "--sampling", "top_p"), 2, "NAME=VALUE"),
        ((*NEW, "--target-words", "700", "--premise-file", "none.txt"), 2, "Both"),
        ((*NEW, "--target-words", "700", "--adapter", "nowhere"), 2, "no adapter"),
        ((*NEW, "--target-words", "700", "--title", "x" * 301), 2, "--title"),
        (("new", "--target-words", "700", "--premise-file", "none.txt"), 2, "cannot be read"),
        (("new", "--target-words", "700", "--model", "smolm2-135m"), 3, "smollm2-135m"),
        (("show", "nobody"), 3, "nobody"),
        (("resume", "nobody"), 3, "nobody"),
        (("export", "nobody"), 3, "nobody"),
        (("verify", "nobody"), 3, "nobody"),
        (("wrte",), 2, "wrte"),
        (("--config", "missing.toml", "list"), 2, "missing.toml"),
        (("--db", "nonsense", "list"), 4, "nonsense"),
        (("--db", "mysql://a/b", "list"), 4, "neither SQLite nor PostgreSQL"),
        (("export", "x", "--json", "--output", "-"), 2, "both want stdout"),
        (("list", "--db", "sqlite:////dev/null/x.db"), 4, "/dev/null"),
    ],
)
def test_bad_input_gets_one_message_and_its_code(
    novelgen: CommandLine, arguments: tuple[str, ...], code: int, words: str
) -> None:
    refused = novelgen(*arguments, expect=code)
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_refused_request_leaves_no_novel(novelgen: CommandLine) -> None:
    novelgen(*NEW, "--target-words", "5", expect=2)
    novelgen("new", "--target-words", "700", "--model", "nobody/knows this", expect=3)
    assert json.loads(novelgen("list", "--json").stdout) == {"novels": []}


def test_an_ambiguous_name_lists_what_it_could_mean(novelgen: CommandLine) -> None:
    first = new_novel(novelgen, "--title", "The Keeper", "--plan-only")
    second = new_novel(novelgen, "--title", "The Key", "--plan-only")
    refused = novelgen("show", "the ke", expect=2)
    assert first["id"] in refused.stderr
    assert second["id"] in refused.stderr
    assert novelgen("show", "the key").stdout.startswith("The Key\n")


def test_global_options_come_before_or_after(novelgen: CommandLine) -> None:
    before = novelgen("--json", "list").stdout
    after = novelgen("list", "--json").stdout
    assert before == after
    assert novelgen("--version").stdout.startswith("novelgen 0.")


def test_unreadable_files_of_the_person_are_named(
    novelgen: CommandLine, home: Path, tmp_path: Path
) -> None:
    (home / "config" / "prompts").mkdir(parents=True)
    template = home / "config" / "prompts" / "brief_completion.jinja"
    template.write_bytes(b"\xff\xfe\0")
    assert "brief_completion" in novelgen(*NEW, "--target-words", "200", expect=2).stderr
    assert "brief_completion" in novelgen("doctor", expect=1).stdout
    template.unlink()
    (home / "config" / "config.toml").write_bytes(b"\xff\xfe")
    assert "config.toml" in novelgen("list", expect=2).stderr
    assert "config.toml" in novelgen("doctor", expect=1).stdout
    (home / "config" / "config.toml").unlink()
    (tmp_path / "empty").mkdir()
    novelgen("new", "--model", "./empty", "--target-words", "200", "--premise", "p", expect=5)
    (tmp_path / "bad.gguf").write_bytes(b"no model at all")
    novelgen("new", "--model", "bad.gguf", "--target-words", "200", "--premise", "p", expect=5)
    titles = [row["status"] for row in json.loads(novelgen("list", "--json").stdout)["novels"]]
    assert titles == ["failed"]


def test_settings_come_from_file_environment_and_flags(
    novelgen: CommandLine, home: Path, tmp_path: Path
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text('author = "A. File"\nmodel = "scripted"\n')
    base = ("new", "--target-words", "200", "--premise", "p", "--json")
    from_file = json.loads(novelgen(*base).stdout)["id"]
    assert json.loads(novelgen("show", from_file, "--json").stdout)["author"] == "A. File"
    from_env = json.loads(novelgen(*base, NOVELGEN_AUTHOR="B. Env").stdout)["id"]
    assert json.loads(novelgen("show", from_env, "--json").stdout)["author"] == "B. Env"
    flag = json.loads(novelgen(*base, "--author", "C. Flag", NOVELGEN_AUTHOR="B").stdout)["id"]
    assert json.loads(novelgen("show", flag, "--json").stdout)["author"] == "C. Flag"
    (home / "config" / "config.toml").write_text('autor = "typo"\n')
    assert "autor" in novelgen("list", expect=2).stderr
    (home / "config" / "config.toml").write_text("author = \n")
    assert "TOML" in novelgen("list", expect=2).stderr


def test_how_words_are_drawn_is_stored_with_the_novel(novelgen: CommandLine, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    config = home / "config" / "config.toml"
    config.write_text('[sampling]\ntemperature = 1\ndry_breakers = ["\\n"]\n')
    changes = ("--sampling", "temperature=0.9", "--sampling", "dry_multiplier=0.8")
    made = new_novel(novelgen, "--plan-only", *changes)
    with open_store(f"sqlite:///{home / 'data' / 'novelgen.db'}") as store, store.reading() as work:
        stored = work.novels.find(made["id"]).settings
    assert NovelSettings.from_json(stored).sampling == replace(
        PROSE_SAMPLING, temperature=0.9, dry_multiplier=0.8, dry_breakers=("\n",)
    )
    config.write_text("[sampling]\nwarmth = 1\n")
    assert "warmth" in novelgen(*NEW, "--target-words", "700", expect=2).stderr
    config.write_text("sampling = 1\n")
    assert "sampling" in novelgen("list", expect=2).stderr


def test_control_characters_reach_neither_terminal_nor_file(
    novelgen: CommandLine, home: Path
) -> None:
    nasty = "\x1b]0;owned\x07Red\x1b[31m \u202eTitle\x9b2J"
    made = new_novel(novelgen, "--title", nasty, "--author", nasty, "--premise", nasty + ".")
    outputs = [
        novelgen("list").stdout,
        novelgen("show", made["id"]).stdout,
        novelgen("show", made["id"], "--json").stdout,
        novelgen("export", made["id"], "--output", "-").stdout,
        novelgen("show", nasty, expect=3).stderr,
        (home / "data" / "novelgen.db").read_bytes().decode("latin-1"),
    ]
    for output in outputs[:-1]:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", output)
    assert "\x1b]0;" not in outputs[-1]
    assert made["title"] == "Red Title"


def test_reading_commands_do_not_load_torch(
    novelgen: CommandLine, environment: dict[str, str], tmp_path: Path
) -> None:
    import subprocess
    import sys

    made = new_novel(novelgen)
    commands = [
        ["--help"], ["new", "--help"], ["list"], ["show", made["id"]], ["snapshots", made["id"]],
        ["verify", made["id"]], ["export", made["id"], "--output", "-"], ["models", "list"],
        ["new", "--model", "scripted", "--target-words", "100", "--premise", "p"],
        ["runs"], ["inbox"], ["attach", made["id"]], ["pause", made["id"]],
        ["stats", made["id"]],
    ]  # fmt: skip
    program = (
        "import sys\n"
        "from novelgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "heavy = {'torch', 'transformers', 'textual', 'accelerate', 'peft', 'openai', 'keyring'}\n"
        "heavy |= set() if sys.argv[1] == 'new' else {'nltk'}\n"  # chapters are read with it
        "loaded = sorted(heavy & set(sys.modules))\n"
        "assert not loaded, loaded\n"
    )
    for command in commands:
        finished = subprocess.run(
            [sys.executable, "-c", program, *command],
            capture_output=True, text=True, cwd=tmp_path, env=environment, check=False,
        )  # fmt: skip
        assert finished.returncode == 0, (command, finished.stderr)


def test_help_says_what_and_shows_an_example(novelgen: CommandLine) -> None:
    for command in ("new", "resume", "list", "show", "stats", "export", "doctor", "verify"):
        text = novelgen(command, "--help").stdout
        assert "Example: novelgen" in text
        assert "--json" in text


def test_an_older_database_names_the_upgrade(novelgen: CommandLine, home: Path) -> None:
    import sqlite3

    novelgen("list")
    file = home / "data" / "novelgen.db"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    refused = novelgen("list", expect=4)
    assert "newer" in refused.stderr
    file.write_bytes(b"this is not a database, it is a letter to my aunt" * 50)
    assert "novelgen.db" in novelgen("list", expect=4).stderr


def test_doctor_reports_every_check(novelgen: CommandLine) -> None:
    report = json.loads(novelgen("doctor", "--json").stdout)
    assert report["ok"] is True
    subjects = {check["subject"] for check in report["checks"]}
    assert {"python", "torch", "settings", "database", "model", "space", "prompts"} <= subjects
    broken = novelgen("doctor", NOVELGEN_DATABASE_URL="sqlite:////dev/null/x.db", expect=1)
    assert "failed   database" in broken.stdout
