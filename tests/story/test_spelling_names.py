"""A novel's names are spelt right in it, and so are the person's own words."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.config_sources import load_settings
from novelgen.paths import resolve_paths
from storage.records import NewNovel
from storage.story_records import EntryKind, NewEntry, StoryOrigin


def test_names_and_own_words_are_known(home: Path) -> None:
    paths = resolve_paths(home)
    with Workbench(paths, load_settings(paths)) as workbench:
        with workbench.store.writing() as work:
            novel = work.novels.add(
                NewNovel(
                    title="Ombrosa", author="", premise="Zelphine leaves Tarnowick.", seed=1,
                    target_words=1_000, model="scripted", adapter="none", settings={},
                )
            )  # fmt: skip
            work.entries.add(
                NewEntry(
                    novel.active_branch_id, "Captain Quorl", EntryKind.CHARACTER,
                    StoryOrigin.AUTHOR, aliases=["the Vexler"],
                )
            )  # fmt: skip
        assert workbench.spelling.learn("widdersome")
        speller = workbench.spelling.for_novel(novel.id)
        text = "Captain Quorl, the Vexler, was widdersome in Tarnowick. Zelphina said so."
        assert [each.word for each in speller.misspelt(text)] == ["Zelphina"]
        assert speller.suggestions("Zelphina")[0] == "Zelphine"
        assert paths.personal_dictionary.read_text().endswith("\nwiddersome\n")
