"""Make `kb/search/query_statistics.json`: what questions of each language have in common, as the bundled encoder reads them.

The questions are in `everyday_questions/`, by language and length: a hundred short ones and a dozen e-mails, as people write
them to shops, banks, offices, hospitals, schools, carriers and help desks. They were written without sight of any set that is
measured with, but for one thing: that there are long ones at all is because of techqa's. Those of the other languages say the
same as the English ones.

    .venv/bin/python scripts/fit/query_statistics.py
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.search.query_statistics import SHIPPED_FILES, trimmed_mean

_QUESTIONS = Path(__file__).with_name("everyday_questions")
# More moves away from what is measured with an installation's own questions, less brings less: docs/decisions/0005-ranking.md.
STRENGTH = 0.6


def main() -> None:
    encoder = open_encoder(Settings())
    means = {}
    for path in sorted(_QUESTIONS.glob("*.txt")):
        vectors = encoder.encode_queries(path.read_text("utf-8").splitlines())
        means[path.stem] = [round(float(value), 5) for value in trimmed_mean(vectors)]
        print(f"{path.stem}: {len(vectors)} questions")
    content = {
        "fingerprint": encoder.fingerprint,
        "strength": STRENGTH,
        "provenance": {
            "made": datetime.now(UTC).date().isoformat(),
            "method": "scripts/fit/query_statistics.py: mean of everyday questions written for it, the farthest tenth left out",
        },
        "means": means,
    }
    SHIPPED_FILES[0].write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
