"""A process that asks questions over and over: `python ask_again.py HOME ROUNDS SEED < questions`, answers as JSON lines.

The questions of a round come in an order of its own, and between them what somebody would type on the way to them. What is
printed is each different answer that a question got, numbers to the last digit.
"""

import json
import random
import sys
from dataclasses import replace

from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.search.searcher import Searcher
from kb.search.types import Audience


def answer_of(searcher: Searcher, session: Session, text: str, language: str) -> str:
    """All of an answer that people or programs can see, but for its name and its times."""
    answer = searcher.search(session, text, reader_language=language)
    results = [
        [result.kind, result.id, result.language, result.score.hex(), result.snippet] for result in answer.results
    ]
    return json.dumps([answer.outcome.value, answer.confidence.hex(), results])


def main() -> None:
    home, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    settings = replace(Settings(), home_text=home)
    runtime = SearchRuntime.open(settings, create_database_engine(settings))
    asked = [json.loads(line) for line in sys.stdin]
    order = random.Random(seed)
    answers: dict[str, set[str]] = {row["_id"]: set() for row in asked}
    with Session(create_database_engine(settings)) as session:
        for _ in range(rounds):
            for row in order.sample(asked, len(asked)):
                searcher = runtime.searcher(order.choice([Audience.CUSTOMER] * 9 + [Audience.REP]))
                if searcher.audience is Audience.REP or order.random() < 0.1:  # somebody else, or still typing
                    answer_of(searcher, session, row["text"][: order.randint(1, len(row["text"]))], "en")
                language = row["lang"].split("-")[0]
                answers[row["_id"]].add(answer_of(runtime.searcher(Audience.CUSTOMER), session, row["text"], language))
    for identity, found in answers.items():
        print(json.dumps([identity, sorted(found)]))


if __name__ == "__main__":
    main()
