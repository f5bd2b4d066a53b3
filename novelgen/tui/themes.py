"""The colours of the workbench. Colour is never the only sign of anything."""

from textual.theme import Theme

DEFAULT_THEME = "ink"
# Textual leaves boost out where panel is given, so it is one of the variables.

INK = Theme(
    name="ink",
    primary="#d9a441",
    secondary="#7fa6b8",
    accent="#e0b765",
    foreground="#d8d2c4",
    background="#16171a",
    surface="#1c1e22",
    panel="#25282d",
    success="#8fb573",
    warning="#e0a458",
    error="#d9705f",
    dark=True,
    variables={
        "boost": "#2d3036",
        "footer-key-foreground": "#d9a441",
        "block-cursor-text-style": "none",
        "button-focus-text-style": "bold underline",
        "input-selection-background": "#d9a441 30%",
        "text-muted": "#958f82",
        "border": "#3a3e45",
        "border-blurred": "#2b2e34",
    },
)
PAPER = Theme(
    name="paper",
    primary="#8a4b14",
    secondary="#2f6175",
    accent="#a35c1c",
    foreground="#2c2822",
    background="#f5f0e4",
    surface="#efe8d8",
    panel="#e4dbc7",
    success="#44722c",
    warning="#8f5a00",
    error="#a8321f",
    dark=False,
    variables={
        "boost": "#dcd1b8",
        "footer-key-foreground": "#8a4b14",
        "block-cursor-text-style": "none",
        "button-focus-text-style": "bold underline",
        "text-muted": "#75694f",
        "border": "#bfb294",
        "border-blurred": "#d3c8ae",
    },
)
CONTRAST = Theme(
    name="contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#00ff00",
    warning="#ffff00",
    error="#ff6060",
    dark=True,
    variables={
        "boost": "#333333",
        "button-focus-text-style": "bold underline",
        "footer-key-foreground": "#ffff00",
        "text-muted": "#ffffff",
        "text-disabled": "#cccccc",
        "border": "#ffffff",
        "border-blurred": "#aaaaaa",
    },
)
THEMES = (INK, PAPER, CONTRAST)
