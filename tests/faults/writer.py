"""A program that writes one novel with the scripted engine, and is there to be killed.

    python writer.py --words N [--seed S] [--max-pages P]

imports everything once, then forks a writer for every database named on stdin. A writer goes on
with the novel in that database, or makes database and novel. Every writer tells its number and
then each event on stdout, one a line; `ended CODE` follows its end. A code below zero is a signal.
With `--max-pages` its database cannot grow beyond that, as on a full disk.
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

import alembic.command  # here once, and not in every writer
import alembic.runtime.environment  # noqa: F401
from sqlalchemy import Engine, event

from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.run import NovelRun, claim_novel
from novelgen.generation.stop import StopSignal
from novelgen.prompting.library import PromptLibrary
from storage.errors import StorageFailure
from storage.records import NewNovel, NovelRecord, NovelStatus
from storage.store import Store, open_store


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def novel_of(store: Store, words: int, seed: int) -> NovelRecord:
    """The one novel of the database, made if it is not there."""
    with store.writing() as work:
        for summary in work.novels.summaries():
            return summary.novel
        settings = NovelSettings().as_json()
        return work.novels.add(
            NewNovel("The Keeper", "A letter.", seed, words, "scripted", settings=settings)
        )


def write(database: Path, words: int, seed: int) -> None:
    with open_store(f"sqlite:///{database}") as store:
        say("opened")
        novel = novel_of(store, words, seed)
        say("created")
        if novel.status is NovelStatus.FINISHED:
            return
        with claim_novel(store, novel):
            run = NovelRun(
                store,
                ScriptedEngine(),
                PromptLibrary(),
                novel,
                stop=StopSignal(),
            )
            say("claimed")
            for happened in run.events():
                say(type(happened).__name__)


def write_in_a_process(database: Path, words: int, seed: int) -> int:
    """The exit code of a forked writer."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            say(f"started {os.getpid()}")
            write(database, words, seed)
            code = 0
        except StorageFailure as failure:
            say(f"failed {failure.message}")
            code = 4
        except BaseException:  # noqa: BLE001 - the end of a forked process
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--words", type=int, required=True)
    options.add_argument("--seed", type=int, default=9)
    options.add_argument("--max-pages", type=int)
    given = options.parse_args()
    if given.max_pages:

        @event.listens_for(Engine, "connect")
        def limit(connection: object, _entry: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {given.max_pages}")  # type: ignore[attr-defined]

    for line in sys.stdin:
        say(f"ended {write_in_a_process(Path(line.strip()), given.words, given.seed)}")


if __name__ == "__main__":
    main()
