"""Where the parts of a figure's picture stand: columns over time, lines over time, bars. The template writes them as SVG."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kb.insight.numbers import Figure
from webapp.studio.numbers.words import with_running

WIDTH, HEIGHT = 480.0, 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 8.0, 10.0, 30.0
_BAR, _BAR_GAP, _NAMES = 16.0, 12.0, 18.0
_MOST_LABELS = 6


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    series: int
    text: str
    is_running: bool = False


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    series: int
    text: str
    is_running: bool = False


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass
class Drawing:
    """In units of its own, width by height. lines: for each series the stretches without a hole; dots: with what they say.

    is_running: of a day or a week that is not over; no line leads there.
    """

    width: float = WIDTH
    height: float = HEIGHT
    rects: list[Rect] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    grid: list[float] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True)
class ShownFigure:
    """A figure with all its words, as the macros of studio/_numbers.html show it. parts: what its points are; cells: of each
    point what its series say; running: the name of the point that is not over yet, "" where all are."""

    figure: Figure
    title: str
    parts: str
    series: Sequence[str]
    names: Sequence[str]
    cells: Sequence[Sequence[str]]
    drawing: Drawing
    definition: str = ""
    value: str = ""
    comparison: str = ""
    running: str = ""


Words = Callable[[float], str]


def draw(
    figure: Figure, names: Sequence[str], series: Sequence[str], words: Words, running: tuple[int, str] | None = None
) -> Drawing:
    """names: of the points; series: of the series; words: of a value; running: the place of a point that is not over yet, and how
    that is said."""
    if figure.kind == "bars":
        return _bars(figure, names, series, words)
    drawing = Drawing()
    stacked = figure.kind == "columns"
    tops = [
        sum(value or 0 for value in point.values) if stacked else max((value or 0 for value in point.values), default=0)
        for point in figure.points
    ]
    top = 1.0 if figure.unit == "share" and not stacked else _round_up(max(tops, default=0))
    height = HEIGHT - _TOP - _BOTTOM

    def up(value: float) -> float:
        return round(_TOP + height * (1 - value / top), 1)

    for part in (0, 0.5, 1):
        drawing.grid.append(up(top * part))
        drawing.labels.append(Label(_LEFT - 6, up(top * part) + 4, words(top * part), "end"))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(figure.points))
    every = max(1, math.ceil(len(figure.points) / _MOST_LABELS))
    for number, name in enumerate(names):
        if number % every == 0:
            middle = round(_LEFT + step * (number + 0.5), 1)
            drawing.labels.append(Label(middle, HEIGHT - 10, name))
    place = running[0] if running else None
    told = with_running(names, running)
    if stacked:
        _stack(drawing, figure, step, up, [told, series], words, place)
    else:
        _line(drawing, figure, step, up, [told, series], words, place)
    return drawing


def _stack(
    drawing: Drawing,
    figure: Figure,
    step: float,
    up: Callable[[float], float],
    names: Sequence[Sequence[str]],
    words: Words,
    running: int | None,
) -> None:
    for number, point in enumerate(figure.points):
        below = 0.0
        for which, value in enumerate(point.values):
            if value:
                x, y = round(_LEFT + step * (number + 0.12), 1), up(below + value)
                text = f"{names[0][number]}, {names[1][which]}: {words(value)}"
                drawing.rects.append(
                    Rect(x, y, round(step * 0.76, 1), round(up(below) - y, 1), which, text, number == running)
                )
                below += value


def _line(
    drawing: Drawing,
    figure: Figure,
    step: float,
    up: Callable[[float], float],
    names: Sequence[Sequence[str]],
    words: Words,
    running: int | None,
) -> None:
    for which in range(len(figure.series)):
        stretch: list[str] = []
        for number, point in enumerate(figure.points):
            value = point.values[which]
            if value is None:
                _end(drawing, which, stretch)
                stretch = []
                continue
            x, y = round(_LEFT + step * (number + 0.5), 1), up(value)
            text = f"{names[0][number]}, {names[1][which]}: {words(value)}"
            drawing.dots.append(Dot(x, y, which, text, number == running))
            if number != running:
                stretch.append(f"{x},{y}")
        _end(drawing, which, stretch)


def _end(drawing: Drawing, which: int, stretch: Sequence[str]) -> None:
    if len(stretch) > 1:
        drawing.lines.append((which, " ".join(stretch)))


def _bars(figure: Figure, names: Sequence[str], series: Sequence[str], words: Words) -> Drawing:
    """A group for each point: parts of a whole in one bar, other values each in a bar of its own."""
    stacked = set(figure.series) == {"answered", "unsure", "none"}
    lines = 1 if stacked else len(figure.series)
    group = _NAMES + lines * _BAR + _BAR_GAP
    drawing = Drawing(height=max(40.0, len(figure.points) * group))
    values = [
        [sum(value or 0 for value in point.values)] if stacked else [value or 0 for value in point.values]
        for point in figure.points
    ]
    top = max((value for some in values for value in some), default=0) or 1
    room = WIDTH - 90
    for number, point in enumerate(figure.points):
        y = number * group + _NAMES
        drawing.labels.append(Label(0, y - 5, names[number], "start"))
        x = 0.0
        for which, value in enumerate(point.values):
            width = round(room * (value or 0) / top, 1)
            at = y if stacked else y + which * _BAR
            text = f"{names[number]}, {series[which]}: {words(value) if value is not None else '–'}"
            if width:
                drawing.rects.append(Rect(round(x, 1), at, max(1.0, width), _BAR - 3, which, text))
            if not stacked and value is not None:
                drawing.labels.append(Label(width + 6, at + 11, words(value), "start"))
            x = x + width if stacked else 0.0
        if stacked:
            drawing.labels.append(Label(x + 6, y + 11, words(values[number][0]), "start"))
    return drawing


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10, 20 …, so that the middle is a number one can read."""
    if value <= 2:
        return 2.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 6, 8, 10) if step * power >= value)
