"""When a job judges again how a customer feels, and when that changed last."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_NAMES = ("feeling_due_at", "feeling_changed_at")


def upgrade() -> None:
    for name in _NAMES:
        op.add_column("conversations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        op.create_index(op.f(f"ix_conversations_{name}"), "conversations", [name])
    # What is open was judged by its words alone.
    op.execute("UPDATE conversations SET feeling_due_at = last_message_at WHERE state != 'closed'")


def downgrade() -> None:
    for name in _NAMES:
        op.drop_index(op.f(f"ix_conversations_{name}"), "conversations")
        op.drop_column("conversations", name)
