"""The settings in groups, and from when on a change of each counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings that belong together."""

    title: str
    counts: str
    """From when on a change counts, to follow "It counts"."""
    names: tuple[str, ...]


GROUPS = (
    SettingGroup(
        "New novels",
        "for novels that are made from now on",
        (
            "author",
            "model",
            "planner",
            "adapter",
            "candidates",
            "sampling",
            "segment_size",
            "tail_tokens",
            "notes_tokens",
        ),
    ),
    SettingGroup(
        "Manuscripts",
        "from the next export on",
        ("legal_name", "address", "email", "phone", "page_size"),
    ),
    SettingGroup(
        "How models run",
        "from the next time that a model is loaded",
        (
            "device",
            "dtype",
            "quantization",
            "placement",
            "gguf_runtime",
            "gpu_layers",
            "context_tokens",
            "cuda_graphs",
            "keep_warm_minutes",
        ),
    ),
    SettingGroup(
        "While a novel is written",
        "from the next run on",
        ("unattended_chapters", "reread_when_idle", "snapshots_kept", "keyframe_interval"),
    ),
    SettingGroup("Where models are", "at once", ("model_folders", "servers")),
    SettingGroup(
        "Metrics, fleets, trials",
        "from the next run on",
        ("metrics_port", "metrics_host", "standstill_minutes", "scripted_tokens_per_second"),
    ),
    SettingGroup("The database", "from the next start on", ("database_url",)),
)


def group_of(name: str) -> SettingGroup:
    """Raises `LookupError` for what is in no group."""
    return next(group for group in GROUPS if name in group.names)
