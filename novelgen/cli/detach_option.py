"""The words of `--detach`, the same wherever it is an option."""

DETACH_HELP = (
    "Write in a process of its own that outlives the terminal. See `novelgen attach`, `pause`, "
    "`runs`, `inbox`."
)
