"""Files of a dataset, line by line; what is wrong with them is collected and told in one error."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb.core.errors import InvalidInputError, Rejection

SHOWN_PROBLEMS = 10


class Problems:
    """What is wrong with a dataset. All of it is counted, the first SHOWN_PROBLEMS are told."""

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._shown: list[Rejection] = []
        self.count = 0

    def add(self, path: Path, line: int | None, reason: str) -> None:
        self.count += 1
        if len(self._shown) < SHOWN_PROBLEMS:
            self._shown.append(Rejection(path.name, line, reason))

    def raise_if_any(self) -> None:
        """Raises InvalidInputError that names file, line and reason of each problem."""
        if not self.count:
            return
        told = "; ".join(str(problem) for problem in self._shown)
        more = f"; and {self.count - len(self._shown):,} more" if self.count > len(self._shown) else ""
        number = "a problem" if self.count == 1 else f"{self.count:,} problems"
        raise InvalidInputError(
            f"The dataset {self._dataset} has {number}: {told}{more}.",
            remedy="The format is described in docs/evaluation.md.",
        )


def read_objects(path: Path, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line of a JSON-lines file. Broken lines become problems; empty ones are passed over."""
    for number, text in read_lines(path, problems):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            reason = (
                f"broken JSON ({error.msg}, column {error.colno})"
                if isinstance(error, json.JSONDecodeError)
                else "broken JSON"
            )
            problems.add(path, number, reason)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            problems.add(path, number, "not a JSON object")


def read_rows(path: Path, problems: Problems) -> Iterator[tuple[int, tuple[str, str, int]]]:
    """Line number, query id, document id and score of each line of a judgements file; a header line is passed over."""
    for number, text in read_lines(path, problems):
        fields = [field.strip() for field in text.split("\t")]
        if number == 1 and fields[0] in ("query-id", "query_id", "qid"):
            continue
        if len(fields) != 3 or not all(fields):
            problems.add(path, number, "not three fields (query id, document id, score) between tabs")
            continue
        try:
            score = int(fields[2])
        except ValueError:
            problems.add(path, number, f"the score {fields[2][:40]!r} is not a whole number")
            continue
        yield number, (fields[0], fields[1], score)


def read_lines(path: Path, problems: Problems) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty. Lines end with a line feed and nothing else: texts may hold U+2028."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
                except UnicodeDecodeError as error:
                    problems.add(path, number, f"not UTF-8 (byte {error.start + 1})")
                    continue
                if text.strip():
                    yield number, text
    except OSError as error:
        problems.add(path, None, f"cannot be read ({error.strerror or error})")
