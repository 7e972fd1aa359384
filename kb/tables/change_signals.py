"""Triggers that tell whoever listens what kind of thing was committed (kb.core.signals).

PostgreSQL alone: SQLite has a number that says whether anybody has written.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from kb.core.signals import CHANNEL, INDEX, JOBS, LIVE, jobs_of

# By table whom a change concerns. A table that is missing here is looked at as often as the clock.
_SIGNALS = {
    "index_changes": (INDEX,),
    "index_builds": (INDEX,),
    "conversation_messages": (LIVE, JOBS),
    "conversation_events": (LIVE,),
    "conversations": (LIVE, JOBS),
    "presences": (LIVE,),
    "changed_documents": (jobs_of("index"),),
    "webhook_calls": (JOBS,),
    "chat_states": (LIVE, JOBS),
    "account_mails": (JOBS,),
}
# Of these tables only what makes something due: what a worker writes about its own work wakes nobody.
_COLUMNS = {"conversations": "feeling_changed_at, feeling_due_at"}


def install_change_signals(connection: Connection) -> None:
    """Make the triggers, or make them anew. Idempotent."""
    if connection.dialect.name == "postgresql":
        for statement in _statements():
            connection.exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    # Told once for each transaction, when it is committed, however many rows it has.
    yield (
        "CREATE OR REPLACE FUNCTION signal_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"FOR place IN 0 .. TG_NARGS - 1 LOOP PERFORM pg_notify('{CHANNEL}', TG_ARGV[place]); END LOOP; "
        "RETURN NULL; END $$"
    )
    # Of a job, those alone who take jobs of its kind: a worker has twenty lanes, and each that is woken looks.
    yield (
        "CREATE OR REPLACE FUNCTION signal_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM pg_notify('{CHANNEL}', '{jobs_of('')}' || NEW.kind); RETURN NULL; END $$"
    )
    yield "DROP TRIGGER IF EXISTS jobs_signalled ON jobs"
    yield (
        "CREATE TRIGGER jobs_signalled AFTER INSERT OR UPDATE OF run_at ON jobs "
        "FOR EACH ROW EXECUTE FUNCTION signal_job()"
    )
    for table, topics in _SIGNALS.items():
        of = f" OF {_COLUMNS[table]}" if table in _COLUMNS else ""
        told = ", ".join(f"'{topic}'" for topic in topics)
        yield f"DROP TRIGGER IF EXISTS {table}_signalled ON {table}"
        yield (
            f"CREATE TRIGGER {table}_signalled AFTER INSERT OR UPDATE{of} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION signal_change({told})"
        )
