"""What security takes of usual requests, layer by layer, timed inside them in one process.

    python tests/load/security_cost.py --times 200

Sets up a shop with one article in a folder of its own (SQLite, the hash encoder). Prints a table of medians in milliseconds; each
layer as wall time, and the processor's share of it in brackets, which other processes of the machine change less. Exit status 1
where all layers together take more than a millisecond of some request.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from flask.testing import FlaskClient
from people_factory import ADDRESSES, PASSWORD
from security_timing import LAYERS, Cost, measure_usual_requests

from indexer.runtime import SearchRuntime
from kb.accounts.people import create_user, get_user
from kb.accounts.sessions import begin_session
from kb.accounts.tokens import issue_token
from kb.articles import parse_article, save_article
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.tables import Role
from kb.tables.migrations import upgrade_database
from webapp.app import create_app
from webapp.auth.person import make_cookie_id

MOST = 1.0  # milliseconds
ARTICLE = "---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nA refund takes five days.\n"


def measured(home: Path, times: int) -> dict[str, Cost]:
    settings = Settings(home_text=str(home), model="hash", secret_key="only for this measurement" * 2, proxies_text="1")
    home.mkdir(exist_ok=True)
    engine = create_database_engine(settings)
    upgrade_database(engine)
    with session_scope(engine) as session:
        for role, address in ADDRESSES.items():
            create_user(session, address, role, PASSWORD, name=f"Test {role.value}")
        save_article(session, parse_article(ARTICLE, "refunds.md"), author="measurement")
        token = issue_token(session, get_user(session, ADDRESSES[Role.REP]), "measurement")
    SearchRuntime.open(settings, engine).update(compare=True)
    app = create_app(settings, engine)

    def log_in(role: Role) -> FlaskClient:
        client = app.test_client()
        with session_scope(engine) as session:
            user = get_user(session, ADDRESSES[role])
            cookie_id = make_cookie_id(user.id, begin_session(session, user))
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = cookie_id, True
        return client

    return measure_usual_requests(app, log_in, token, times)


def table(costs: dict[str, Cost]) -> str:
    head = ["layer", *map(str, range(1, len(costs) + 1))]
    rows = [
        [layer, *(f"{cost.layers[layer][0]:.3f} ({cost.layers[layer][1]:.3f})" for cost in costs.values())]
        for layer in LAYERS
    ]
    rows.append(["all layers", *(f"{cost.wall:.3f} ({cost.cpu:.3f})" for cost in costs.values())])
    rows.append(["whole request", *(f"{cost.whole:.3f}" for cost in costs.values())])
    rows.append(["without them", *(f"{cost.whole - cost.wall:.3f}" for cost in costs.values())])
    wide = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, wide, strict=True)).rstrip() for row in [head, *rows]
    ]
    return "\n".join([*(f"{number}  {kind}" for number, kind in enumerate(costs, 1)), "", *lines])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--times", type=int, default=200, help="requests of each kind; more than 250 in a minute are refused"
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-security-") as folder:
        costs = measured(Path(folder) / "home", given.times)
    print(json.dumps({kind: asdict(cost) for kind, cost in costs.items()}, indent=1) if given.as_json else table(costs))
    return 0 if max(cost.wall for cost in costs.values()) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
