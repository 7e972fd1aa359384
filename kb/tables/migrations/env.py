"""Run by Alembic. The connection comes from `kb.tables.migrations.upgrade_database`, which also begins and commits."""

from typing import Any

from alembic import context

from kb.tables import Base, UtcDateTime


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """A migration must mean the same for ever, so it names plain types and not ours, which may change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
