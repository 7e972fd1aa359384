"""Tokens have scopes and an end. Those that there are keep their rights, for another 90 days."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ALL = json.dumps(["desk:read", "desk:write", "studio:read", "studio:write"])


def upgrade() -> None:
    end = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%d %H:%M:%S.%f")
    op.add_column("api_tokens", sa.Column("scopes", sa.JSON(), server_default=sa.text(f"'{_ALL}'"), nullable=False))
    op.add_column(
        "api_tokens",
        sa.Column("expires_at", sa.DateTime(timezone=True), server_default=sa.text(f"'{end}'"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("api_tokens", "expires_at")
    op.drop_column("api_tokens", "scopes")
