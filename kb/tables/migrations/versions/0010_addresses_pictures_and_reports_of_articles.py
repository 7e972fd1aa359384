"""Addresses, pictures and reports of articles; which words of a passage belong to a link

Passages have another text from this version on: they are made anew by the next indexing, as the chunker has another number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_addresses_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_addresses")),
        sa.UniqueConstraint("language", "address", "kind", name=op.f("uq_article_addresses_language")),
    )
    op.create_index(op.f("ix_article_addresses_article_id"), "article_addresses", ["article_id"])
    op.create_table(
        "article_assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=50), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_assets")),
        sa.UniqueConstraint("digest", name=op.f("uq_article_assets_digest")),
    )
    op.create_table(
        "article_pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_pictures_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["article_assets.id"], name=op.f("fk_article_pictures_asset_id_article_assets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_pictures")),
        sa.UniqueConstraint("article_id", "source", name=op.f("uq_article_pictures_article_id")),
    )
    op.create_index(op.f("ix_article_pictures_article_id"), "article_pictures", ["article_id"])
    op.create_index(op.f("ix_article_pictures_asset_id"), "article_pictures", ["asset_id"])
    op.create_table(
        "content_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=1000), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_reports")),
    )
    op.add_column("article_files", sa.Column("turns_on", sa.Date(), nullable=True))
    # Every file is read again by the next synchronisation: words of other generators mean something from now on.
    op.execute("UPDATE article_files SET file_hash = '-' WHERE file_hash <> ''")
    op.add_column("passages", sa.Column("link_spans", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("passages", "link_spans")
    op.drop_column("article_files", "turns_on")
    for table in ("content_reports", "article_pictures", "article_assets", "article_addresses"):
        op.drop_table(table)
