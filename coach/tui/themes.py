"""coach's own themes: a quiet ground, one accent, and the three colours of outcomes.

Every colour of text stands out from every ground that it may be drawn on by 4.5 to 1 or more; a test counts it.
"""

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
        "text-muted": "#919bab",
        "text-disabled": "#808a98",
        "border": "#7fb4ca",
        "border-blurred": "#333b47",
        "input-selection-background": "#7fb4ca 30%",
        "block-cursor-background": "#7fb4ca",
        "block-cursor-foreground": "#12151a",
    },
)
LIGHT = Theme(
    name="coach-light",
    primary="#1a6384",
    secondary="#615190",
    accent="#1a6384",
    foreground="#2a2f37",
    background="#f8f7f4",
    surface="#efede8",
    panel="#e4e1da",
    success="#256b2f",
    warning="#7c5500",
    error="#a82c35",
    dark=False,
    variables={
        "text-muted": "#575f69",
        "text-disabled": "#656c76",
        "border": "#1a6384",
        "border-blurred": "#cbc7bd",
        "input-selection-background": "#1a6384 25%",
        "block-cursor-background": "#1a6384",
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
