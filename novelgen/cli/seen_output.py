"""Shows what the model saw for a passage, and its drafts side by side."""

from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output, columns
from novelgen.text.sanitize import clean_text

if TYPE_CHECKING:
    from novelgen.manuscript.passages_seen import SeenPassage


def say_context(output: Output, passage: "SeenPassage") -> None:
    """The exact text that the model was given, and the cost of each part in tokens."""
    seen = passage.seen
    output.data(f"Passage {passage.number}, segment {passage.segment}")
    rows = [[part["name"], f"{part['tokens']:,}"] for part in seen["parts"]]
    total = sum(part["tokens"] for part in seen["parts"])
    output.data(columns(["part", "tokens"], [*rows, ["all", f"{total:,}"]], right=(1,)))
    output.data()
    output.data("Brief, as the model read it:")
    output.data(clean_text(seen["brief"]))
    output.data()
    output.data("The text before, as the model read it:")
    output.data(clean_text(seen["tail"]) or "(none)")
    output.data()


def say_candidates(output: Output, passage: "SeenPassage") -> None:
    """Every usable draft with what speaks against it, the best first, and the attempts."""
    output.data(f"Passage {passage.number}, segment {passage.segment}: {_attempts(passage)}")
    for number, draft in enumerate(passage.seen["candidates"], start=1):
        kept = "stands" if number - 1 == passage.standing else "not kept"
        output.data()
        output.data(f"  {number}  {kept}; {draft['words']} words; cost {draft['cost']:.3f}")
        output.data("     " + ", ".join(f"{name} {v:.3f}" for name, v in draft["terms"].items()))
        if draft["stopped_by"]:
            output.data(f"     cut before: {_alarm(draft['stopped_by'])}")
        for line in clean_text(draft["text"]).strip().split("\n"):
            output.data(f"     {line}" if line else "")
    output.data()


def seen_as_json(passage: "SeenPassage") -> dict[str, Any]:
    """One passage for other programs."""
    return {
        "passage": passage.number,
        "segment": passage.segment,
        "standing": passage.standing,
        **passage.seen,
        "drawn": passage.provenance,
    }


def _attempts(passage: "SeenPassage") -> str:
    log = passage.seen["attempts"]
    text = f"{log[0]['rows']} drawn" if len(log) == 1 else f"drawn {len(log)} times"
    stops: dict[str, int] = {}
    for attempt in log:
        for kind, count in attempt["stopped_by"].items():
            stops[kind] = stops.get(kind, 0) + count
    if stops:
        text += "; ended by the guard: " + ", ".join(f"{n} for {k}" for k, n in stops.items())
    return text


def _alarm(alarm: dict[str, Any]) -> str:
    return f"{alarm['kind']}: {clean_text(alarm['detail'])}"
