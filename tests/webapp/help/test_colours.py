"""The colours of the design tokens can be read: WCAG 2 contrast in light and in dark."""

import re

import pytest

from kb.core.settings import PROJECT_ROOT

TOKENS = (PROJECT_ROOT / "webapp" / "frontend" / "css" / "tokens.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+): var\(--light, (#[0-9a-f]{6})\) var\(--dark, (#[0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}

# (text, what it stands on): 4.5 to 1
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent") for ground in ("ground", "surface", "sunk", "raised")),
    *((f"{name}", f"{name}-soft") for name in ("good", "unsure", "bad", "internal")),
    *((name, ground) for name in ("good", "bad", "internal") for ground in ("ground", "surface")),
    ("ink", "accent-soft"),
    ("ink-soft", "accent-soft"),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-mark", "mark"),
    ("ink", "good-soft"),
    ("ink", "unsure-soft"),
    ("ink", "bad-soft"),
    ("accent", "unsure-soft"),
]
# (edge of a control, what it stands on): 3 to 1
EDGES = [("line-strong", ground) for ground in ("ground", "surface", "raised")] + [
    ("focus", "ground"),
    ("focus", "surface"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_everything_stands_out_enough(theme: int, pairs: list[tuple[str, str]], least: float) -> None:
    weak = {
        f"{upper} on {lower}": round(contrast(COLOURS[upper][theme], COLOURS[lower][theme]), 2)
        for upper, lower in pairs
        if contrast(COLOURS[upper][theme], COLOURS[lower][theme]) < least
    }
    assert not weak
