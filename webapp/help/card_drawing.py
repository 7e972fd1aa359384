"""The picture that other sites show beside a link: the article's title on the help centre's own ground, drawn here.

Letters come from the built fonts, one file a script; a line may mix them. Pillow shapes them with its bundled Raqm.
"""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import regex
from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)
_MARGIN, _TEXT_WIDTH = 80, 860
_GROUND, _INK, _SOFT, _SPARK = "#0a4047", "#ffffff", "#b9d6d6", "#f5ae14"
_TITLE_SIZES, _MOST_LINES = (76, 66, 58, 50, 44), 4
# The sky of the home page, and its star: x, y and size on a ground of 320 by 240; light from 0 to 1.
_SKY = (
    (250, 70, 2.6, 0.95), (190, 140, 1.3, 0.6), (285, 165, 0.9, 0.5), (140, 60, 0.8, 0.4), (215, 28, 0.6, 0.35),
    (98, 128, 0.6, 0.3), (236, 200, 0.6, 0.3), (300, 110, 0.5, 0.4), (60, 80, 0.4, 0.25), (165, 205, 0.5, 0.25),
)  # fmt: skip
_SCRIPTS = (
    ("devanagari", regex.compile(r"[\u0900-\u0963\u0966-\u097f]")),
    ("bengali", regex.compile(r"[\u0980-\u09fe]")),
    ("rupee", regex.compile("₹")),
    ("latin", regex.compile(r"[ -~\u00a0-\u00ff\u0131\u0152\u0153\u2010-\u2026\u2030-\u203a€™←-↓−∕]")),
)
_SHARED = frozenset("\u0964\u0965\u200c\u200d")  # dandas and joiners belong to the script before them
_LONGEST = 300

# FreeType's faces are used by one thread at a time.
_drawing = Lock()


class CardFonts:
    """The fonts by script ("latin", "devanagari", "bengali", "rupee"), opened in each size once."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._open: dict[tuple[str, int, int], ImageFont.FreeTypeFont] = {}

    def get(self, script: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
        key = (script, size, weight)
        if key not in self._open:
            font = ImageFont.truetype(io.BytesIO(self._files[script].read_bytes()), size)
            font.set_variation_by_axes([weight])
            self._open[key] = font
        return self._open[key]


def draw_card(fonts: CardFonts, *, title: str, above: str, site_name: str) -> bytes:
    """A PNG of 1200 × 630 pixels. above: a few words over the title, such as its topic."""
    with _drawing:
        image = Image.new("RGB", SIZE, _GROUND)
        draw = ImageDraw.Draw(image)
        for x, y, size, light in _SKY:
            _star(draw, 780 + x * 1.35, y * 2.5, size * 22, light)
        pen = _Pen(fonts, draw)
        pen.write(_MARGIN, 92, _shorten(above, 60), 34, 500, _SOFT)
        size, lines = pen.fit(" ".join(title.split())[:_LONGEST])
        height = int(size * 1.4)
        top = 150 + max(0, (320 - height * len(lines)) // 2)
        for number, line in enumerate(lines):
            pen.write(_MARGIN, top + number * height, line, size, 700, _INK)
        _star(draw, _MARGIN + 16, 546, 22, 1.0)
        pen.write(_MARGIN + 54, 520, _shorten(site_name, 40), 36, 600, _INK)
        out = io.BytesIO()
        image.quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()


class _Pen:
    def __init__(self, fonts: CardFonts, draw: ImageDraw.ImageDraw) -> None:
        self._fonts = fonts
        self._draw = draw

    def write(self, x: float, y: float, text: str, size: int, weight: int, colour: str) -> None:
        baseline = y + size
        for script, run in runs(text):
            font = self._fonts.get(script, size, weight)
            self._draw.text((x, baseline), run, font=font, fill=colour, anchor="ls")
            x += font.getlength(run)

    def fit(self, title: str) -> tuple[int, list[str]]:
        """The largest size in which the title needs few lines, and the lines; cut where it is too long for the smallest."""
        for size in _TITLE_SIZES:
            lines = self._wrap(title, size)
            if len(lines) <= _MOST_LINES:
                return size, lines
        lines = lines[:_MOST_LINES]
        return size, [*lines[:-1], f"{lines[-1].rstrip(' .,;:')[:-1]}…"]

    def _wrap(self, text: str, size: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            first, *others = self._pieces(word, size)
            if lines and self._width(f"{lines[-1]} {first}", size) <= _TEXT_WIDTH:
                lines[-1] += f" {first}"
            else:
                lines.append(first)
            lines += others
        return lines or [""]

    def _pieces(self, word: str, size: int) -> list[str]:
        """The word, or pieces of one that is wider than a line, never cut within a letter and its signs."""
        if self._width(word, size) <= _TEXT_WIDTH:
            return [word]
        pieces = [""]
        for letter in regex.findall(r"\X", word):
            if pieces[-1] and self._width(pieces[-1] + letter, size) > _TEXT_WIDTH:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def _width(self, text: str, size: int) -> float:
        return sum(self._fonts.get(script, size, 700).getlength(run) for script, run in runs(text))


def runs(text: str) -> list[tuple[str, str]]:
    """The text in pieces of one script each, without what no font has."""
    found: list[tuple[str, str]] = []
    for character in text:
        if character in _SHARED and found:
            script = found[-1][0]
        else:
            script = next((name for name, letters in _SCRIPTS if letters.match(character)), "")
        if script and found and found[-1][0] == script:
            found[-1] = (script, found[-1][1] + character)
        elif script:
            found.append((script, character))
    return found


def can_write(text: str) -> bool:
    """Whether there is a font for all letters of a text."""
    drawn = "".join(run for _script, run in runs(text))
    return all(character in drawn for character in text if character.isalpha())


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, light: float) -> None:
    """Four points with hollow sides, as in the sky of the home page: an astroid."""
    angles = [step * math.pi / 16 for step in range(32)]
    points = [(x + size * math.cos(angle) ** 3, y + size * math.sin(angle) ** 3) for angle in angles]
    pairs = zip(ImageColor.getrgb(_GROUND), ImageColor.getrgb(_SPARK), strict=True)
    draw.polygon(points, fill=tuple(round(below + (above - below) * light) for below, above in pairs))
