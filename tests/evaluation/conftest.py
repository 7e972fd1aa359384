"""Small datasets, written as files as people have them."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

Row = Mapping[str, Any]
WriteDataset = Callable[..., Path]

CORPUS: list[Row] = [
    {"_id": "refund", "title": "Refund times", "text": "A refund by card takes seven days.", "lang": "en"},
    {"_id": "lamp", "title": "Clean a lamp", "text": "Use a soft cloth on brass.", "lang": "en"},
    {"_id": "parcel", "title": "", "text": "Track your parcel with the number from the e-mail.", "lang": "en"},
    {"_id": "refund-hi", "title": "रिफ़ंड", "text": "कार्ड पर रिफ़ंड सात दिन में आता है।", "lang": "hi"},
]
QUERIES: list[Row] = [
    {"_id": "q1", "text": "how many days does a refund take", "lang": "en"},
    {"_id": "q2", "text": "soft cloth for a brass lamp", "lang": "en"},
    {"_id": "q3", "text": "रिफ़ंड सात दिन", "lang": "hi"},
]
QRELS = ["q1\trefund\t1", "q2\tlamp\t1", "q3\trefund-hi\t2", "q3\trefund\t1"]


def lines(rows: Iterable[Row | str]) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


@pytest.fixture
def write_dataset(tmp_path: Path) -> WriteDataset:
    """`write_dataset(queries=[…], **{"oos_queries.jsonl": […]})` writes a folder; the rest is as above, None leaves out."""

    def write(
        corpus: Iterable[Row | str] | None = CORPUS,
        queries: Iterable[Row | str] | None = QUERIES,
        qrels: Iterable[str] | None = QRELS,
        name: str = "small",
        **others: Iterable[Row | str],
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        files = {"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels.tsv": qrels, **others}
        for file, rows in files.items():
            if rows is not None:
                (folder / file).write_text(lines(rows), encoding="utf-8")
        return folder

    return write
