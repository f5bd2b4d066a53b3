"""Reads chapters by plain rules for a command that shows what is known of a story."""

from typing import TYPE_CHECKING

from novelgen.cli.output import Output

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from storage.records import NovelRecord

_MOST_LISTED = 8
_EVERY = 1 << 31


def read_by_rules(workbench: "Workbench", novel: "NovelRecord") -> int:
    """Read every complete chapter that was not read as it stands; how many there were."""
    from novelgen.story.keeper import StoryKeeper

    keeper = StoryKeeper(workbench.store, novel, novel.active_branch_id)
    return sum(1 for _ in keeper.catch_up(_EVERY))


def say_unread(output: Output, novel: "NovelRecord", unread: tuple[int, ...], command: str) -> None:
    """A note about complete chapters of which nothing is known yet."""
    if not unread:
        return
    listed = ", ".join(map(str, unread[:_MOST_LISTED]))
    more = f" and {len(unread) - _MOST_LISTED} more" if len(unread) > _MOST_LISTED else ""
    are = "Chapter {} is" if len(unread) == 1 else "Chapters {} are"
    output.note(
        f"{are.format(listed + more)} not read yet. The next run reads them, or "
        f"`novelgen {command} {novel.id} --read`, by plain rules."
    )
