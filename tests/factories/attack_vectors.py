"""Attempts to get active markup through: those of tests/articles/vectors/, and endless others made of their pieces."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "articles" / "vectors"
# A site that must never be asked for anything.
HOST = "host.attack.example"
_CODE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\([rn])")
_PIECE = re.compile(r"""<!--|-->|</?|/?>|&#?\w+;|[\w-]+|\s+|.""", re.DOTALL)
_WRAPPINGS = (
    "{}", "> {}", "- {}", "1. {}", "# {}", "| a |\n|---|\n| {} |", "**{}**", "`{}", "[{}](/x)", "![{}](/x.png)",
    "a[^1]\n\n[^1]: {}", "<p>{}</p>", "<div markdown=1>\n\n{}\n\n</div>", "<table><td>{}", '!!! note "{}"\n    a',
    "<b title='{}'>", '<a href="{}">a</a>', "[a](<{}>)", "*[a]: {}\n\na", "    {}", "a\n:   {}",
    "<details><summary>{}", "<!-- {}", "<style>{}", "<svg>{}", "<math>{}",
)  # fmt: skip
_SEASONING = (
    *("<", ">", '"', "'", "`", "\\", "&", "\n", "\n\n", "\t", "\x02", "\x03", "\x00", "--", "=", "/", "[", "](", ")"),
)


@dataclass(frozen=True)
class Vector:
    kind: str
    source: str


def written_vectors() -> list[Vector]:
    """All that are written down, by file and in order."""
    return [
        Vector(path.stem, _decode(block))
        for path in sorted(FOLDER.glob("*.txt"))
        for block in path.read_text(encoding="utf-8").rstrip("\n").split("\n%%\n")
    ]


def _decode(block: str) -> str:
    return _CODE.sub(_character, block).replace("{{host}}", HOST)


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return {"r": "\r", "n": "\n"}[match[3]]
    return chr(int(match[1] or match[2], 16))


def invented_vectors(number: int, chance: random.Random) -> Iterator[Vector]:
    """So many new ones: pieces of two written ones joined, doubled, swapped, broken, within each other and within Markdown."""
    written = [vector.source for vector in written_vectors()]
    pieces = [_PIECE.findall(source) for source in written]
    for _ in range(number):
        first, second = chance.choice(pieces), chance.choice(pieces)
        cut, other = chance.randint(0, len(first)), chance.randint(0, len(second))
        made = [*first[:cut], *second[other:]] if chance.random() < 0.6 else list(first)
        for _ in range(chance.randint(0, 4)):
            place = chance.randint(0, len(made))
            match chance.randint(0, 4):
                case 0:
                    made.insert(place, chance.choice(_SEASONING))
                case 1:
                    made[place : place + 1] = []
                case 2:
                    made[place:place] = made[place : place + chance.randint(1, 6)]
                case 3:
                    made.insert(place, chance.choice(chance.choice(pieces)))
                case _:
                    made = [piece.swapcase() if chance.random() < 0.2 else piece for piece in made]
        text = "".join(made)
        for _ in range(chance.randint(0, 2)):
            text = chance.choice(_WRAPPINGS).replace("{}", text)
        yield Vector("invented", text)
