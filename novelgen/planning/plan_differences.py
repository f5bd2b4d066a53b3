"""How one version of a plan differs from another, line by line, as a person reads plans."""

import difflib
from dataclasses import dataclass, replace

from novelgen.planning.document import PlanDocument
from novelgen.planning.document_markdown import render_markdown


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """A line of the plan that is in one of two versions alone."""

    is_new: bool
    """Whether it is in the newer one."""
    heading: str
    """The chapter or part that it stands under; empty at the top."""
    text: str


def plan_differences(older: PlanDocument, newer: PlanDocument) -> list[PlanDifference]:
    """The lines that went and came, in the order of the plan."""
    before, after = (_lines(document) for document in (older, newer))
    found: list[PlanDifference] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            found += _told(before, old_start, old_end, is_new=False)
            found += _told(after, new_start, new_end, is_new=True)
    return found


def _told(lines: list[str], start: int, end: int, *, is_new: bool) -> list[PlanDifference]:
    told = []
    heading = next((line for line in reversed(lines[:start]) if line.startswith("#")), "")
    for line in lines[start:end]:
        if line.startswith("#"):
            heading = line
        told.append(PlanDifference(is_new, heading.lstrip("# "), line))
    return told


def _lines(document: PlanDocument) -> list[str]:
    plain = replace(document, version=None, title="", premise="")
    return [line for line in render_markdown(plain).split("\n") if line.strip()]
