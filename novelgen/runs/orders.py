"""The commands with which workers are sent to a novel; what the command line takes, written out."""

from novelgen.generation.novel_context import RunLimits
from storage.records import NovelRecord


def resume_arguments(novel: NovelRecord, limits: RunLimits) -> list[str]:
    """The command with which a worker goes on with a novel."""
    arguments = ["resume", novel.id]
    if limits.until_words is not None:
        arguments += ["--until-words", str(limits.until_words)]
    if limits.until_chapter is not None:
        arguments += ["--until-chapter", str(limits.until_chapter)]
    if limits.budget.tokens is not None:
        arguments += ["--budget-tokens", str(limits.budget.tokens)]
    if limits.budget.cost is not None:
        arguments += ["--budget-cost", str(limits.budget.cost)]
    if limits.beats is not None:
        arguments += ["--beats", str(limits.beats)]
    return arguments + (["--plan-only"] if limits.plan_only else [])
