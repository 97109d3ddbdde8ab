"""coach's own themes: a quiet ground, one accent, and the three colours of outcomes."""

from textual.theme import Theme

DARK = Theme(
    name="coach-dark",
    primary="#7fb4ca",
    secondary="#a9a3c9",
    accent="#7fb4ca",
    foreground="#cdd3da",
    background="#12151a",
    surface="#181c22",
    panel="#262c35",
    success="#8fbc7a",
    warning="#dcab62",
    error="#e27d7d",
    dark=True,
    variables={
        "text-muted": "#8791a0",
        "text-disabled": "#5d6673",
        "border": "#7fb4ca",
        "border-blurred": "#333b47",
        "input-selection-background": "#7fb4ca 30%",
        "block-cursor-background": "#7fb4ca",
        "block-cursor-foreground": "#12151a",
    },
)
LIGHT = Theme(
    name="coach-light",
    primary="#1d6a8c",
    secondary="#6a5a97",
    accent="#1d6a8c",
    foreground="#2a2f37",
    background="#f8f7f4",
    surface="#efede8",
    panel="#dfdcd4",
    success="#2e7a3a",
    warning="#8a5f00",
    error="#b5343c",
    dark=False,
    variables={
        "text-muted": "#636b76",
        "text-disabled": "#989da4",
        "border": "#1d6a8c",
        "border-blurred": "#cbc7bd",
        "input-selection-background": "#1d6a8c 25%",
        "block-cursor-background": "#1d6a8c",
        "block-cursor-foreground": "#f8f7f4",
    },
)
CONTRAST = Theme(
    name="coach-contrast",
    primary="#00d7ff",
    secondary="#ffaf00",
    accent="#00d7ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    success="#5fff5f",
    warning="#ffff00",
    error="#ff8787",
    dark=True,
    variables={
        "text-muted": "#d7d7d7",
        "text-disabled": "#b2b2b2",
        "border": "#ffffff",
        "border-blurred": "#b2b2b2",
        "input-selection-background": "#005f87",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
    },
)
ALL = (DARK, LIGHT, CONTRAST)
