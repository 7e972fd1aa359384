"""Who asked for a person in the help centre stands in the inbox: each request becomes a conversation with its customer."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_requests = sa.table(
    "contact_requests",
    *(sa.column(name) for name in ("id", "public_id", "visit", "name", "contact", "message", "language", "state")),
    sa.column("taken_by_id"),
    sa.column("created_at", _MOMENT),
    sa.column("updated_at", _MOMENT),
)
_customers = sa.table(
    "customers",
    *(sa.column(name) for name in ("id", "name", "language", "is_sample")),
    sa.column("created_at", _MOMENT),
    sa.column("updated_at", _MOMENT),
)
_identities = sa.table(
    "customer_identities",
    *(sa.column(name) for name in ("customer_id", "kind", "value")),
    sa.column("created_at", _MOMENT),
)
_conversations = sa.table(
    "conversations",
    *(sa.column(name) for name in ("id", "origin", "external_id", "channel", "customer_id", "subject", "language")),
    *(sa.column(name) for name in ("language_is_set", "state", "assigned_to_id", "preview", "message_count", "visit")),
    *(
        sa.column(name, _MOMENT)
        for name in ("waiting_since", "closed_at", "last_message_at", "created_at", "updated_at")
    ),
    sa.column("frustration"),
    sa.column("frustration_reasons", sa.JSON()),
    sa.column("details", sa.JSON()),
)
_messages = sa.table(
    "conversation_messages",
    *(sa.column(name) for name in ("conversation_id", "role", "text", "language", "delivery", "recipient")),
    sa.column("delivery_error"),
    sa.column("sent_at", _MOMENT),
    sa.column("created_at", _MOMENT),
    sa.column("details", sa.JSON()),
)


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_requests).order_by(_requests.c.id)).mappings().all():
        _open_conversation(connection, row)
    op.drop_table("contact_requests")


def _open_conversation(connection: sa.Connection, row: Any) -> None:
    is_done, at = row["state"] == "done", row["created_at"]
    conversation = connection.execute(
        _conversations.insert()
        .values(
            origin="help",
            external_id=row["public_id"],
            channel="web",
            customer_id=_customer_of(connection, row),
            subject="",
            language=row["language"],
            language_is_set=True,
            state="closed" if is_done else "open",
            assigned_to_id=row["taken_by_id"],
            preview=" ".join(row["message"][:200].split()),
            message_count=1,
            visit=row["visit"],
            waiting_since=None if is_done else at,
            closed_at=row["updated_at"] if is_done else None,
            last_message_at=at,
            created_at=at,
            updated_at=row["updated_at"],
            frustration=0,
            frustration_reasons=[],
            details={"contact": row["contact"], "name": row["name"]},
        )
        .returning(_conversations.c.id)
    ).scalar_one()
    connection.execute(
        _messages.insert().values(
            conversation_id=conversation,
            role="customer",
            text=row["message"] or "–",
            language=row["language"],
            delivery="",
            recipient="",
            delivery_error="",
            sent_at=at,
            created_at=at,
            details={},
        )
    )


def _customer_of(connection: sa.Connection, row: Any) -> int:
    """Whoever is reached by the same address or number is the same customer; the visit leads to them, too."""
    kind = "email" if "@" in row["contact"] else "phone"
    value = row["contact"].lower()
    found = connection.execute(
        sa.select(_identities.c.customer_id).where(_identities.c.kind == kind, _identities.c.value == value)
    ).scalar()
    if found is None:
        found = connection.execute(
            _customers.insert()
            .values(
                name=row["name"],
                language=row["language"],
                is_sample=False,
                created_at=row["created_at"],
                updated_at=row["created_at"],
            )
            .returning(_customers.c.id)
        ).scalar_one()
        _identify(connection, found, kind, value, row["created_at"])
    if row["visit"]:
        _identify(connection, found, "visit", row["visit"], row["created_at"])
    return int(found)


def _identify(connection: sa.Connection, customer: int, kind: str, value: str, at: datetime) -> None:
    same = sa.select(_identities.c.customer_id).where(_identities.c.kind == kind, _identities.c.value == value)
    if connection.execute(same).first() is None:
        connection.execute(_identities.insert().values(customer_id=customer, kind=kind, value=value, created_at=at))


def downgrade() -> None:
    op.create_table(
        "contact_requests",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(36), nullable=False, unique=True),
        sa.Column("visit", sa.String(36), nullable=True, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(320), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
