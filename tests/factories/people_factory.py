"""The people of a fresh test database."""

from databases import Databases, Prepared
from sqlalchemy import Engine

from kb.accounts.people import create_user
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.tables import Role
from kb.tables.migrations import upgrade_database

PASSWORD = "a password for tests"
ADDRESSES = {Role.REP: "rep@test.example", Role.TRAINER: "trainer@test.example", Role.ADMIN: "admin@test.example"}


def prepare_people(databases: Databases, kind: str) -> Prepared:
    """A migrated database with one person of each role. Hashing passwords is slow on purpose, so they are made once."""

    def fill(_settings: Settings, engine: Engine) -> None:
        upgrade_database(engine)
        with session_scope(engine) as session:
            for role, address in ADDRESSES.items():
                create_user(session, address, role, PASSWORD, name=f"Test {role.value}")

    return databases.prepare(kind, "people", fill)
