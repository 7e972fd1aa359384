"""As many requests made from the OpenAPI document as one likes: how many answers were faults, or not as the document says.

    PYTHONPATH=.:tests/factories python tests/load/api_requests.py --requests 5000 --chance 7

Makes a small shop in a folder of its own, with the hashing encoder, and asks the application without a server, as nobody, rep,
trainer and admin. The same `--chance` makes the same requests. Prints what came back, as JSON; ends with 1 where it was wrong.
"""

import argparse
import json
import sys
import tempfile
import time

from api_fuzzing import fuzz, load_from_app, operations_of
from page_content import add_page_content
from people_factory import ADDRESSES, PASSWORD
from sqlalchemy.orm import sessionmaker
from talks import make_talk

from indexer.runtime import SearchRuntime
from kb.accounts.people import create_user, get_user
from kb.accounts.tokens import issue_token
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables.migrations import upgrade_database
from webapp.app import create_app


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--chance", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home_text=home, model="hash", secret_key="only for tests " * 4)
        engine = create_database_engine(settings)
        upgrade_database(engine)
        with sessionmaker(engine, expire_on_commit=False)() as session:
            for role, address in ADDRESSES.items():
                create_user(session, address, role, PASSWORD)
            refund, *others, ticket = add_page_content(session)
            talk = make_talk(session)
            askers = {"nobody": {}} | {
                role.value: {"Authorization": f"Bearer {issue_token(session, get_user(session, address), 'load')}"}
                for role, address in ADDRESSES.items()
            }
            session.commit()
        SearchRuntime.open(settings, engine).update()
        known = {
            "conversation_id": [talk.id],
            "article_id": [article.id for article in (*refund.values(), *others)],
            "ticket_id": [ticket.id],
            "document": [f"article:{others[0].id}", f"ticket:{ticket.id}"],
            "slug": [article.slug for article in others],
            "language": ["en"],
        }
        schema = load_from_app(create_app(settings, engine))
        each = -(-wanted.requests // (2 * len(askers) * len(list(operations_of(schema)))))
        begun = time.perf_counter()
        found = fuzz(schema, askers, known, examples=each, chance=wanted.chance)
        figures = {
            "requests": found.requests,
            "seconds": round(time.perf_counter() - begun, 1),
            "statuses": dict(sorted(found.statuses.items())),
            "server_errors": sum(number for status, number in found.statuses.items() if status >= "500"),
            "wrong": len(found.wrong),
        }
        print(json.dumps(figures, indent=2))
        print("\n".join(found.wrong[:50]), file=sys.stderr)
        engine.dispose()
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
