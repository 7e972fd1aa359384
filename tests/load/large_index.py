"""What a search costs and finds in collections of 10,000 to 1,000,000 passages on one machine, and nothing else.

    PYTHONPATH=. python tests/load/large_index.py --home FOLDER --passages 10000 100000 1000000

The same as `kb bench --growth`, without what that measures beside it. The collections stay in FOLDER: a second run only asks. The
bundled encoder is taken from KB_HOME/models or var/models.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from indexer.benchmark.growth import measure_growth
from indexer.benchmark.material import read_material
from kb.core.settings import load_settings
from webapp.shared.sample_shop import SAMPLE_ARTICLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="Where the sizes get a folder each.")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=300)
    arguments = parser.parse_args()
    rows = measure_growth(
        load_settings(),
        read_material(SAMPLE_ARTICLES),
        arguments.passages,
        arguments.queries,
        lambda what, done, total: print(f"{what}: {done:,} of {total:,}", end="\r", file=sys.stderr),
        arguments.home,
    )
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    main()
