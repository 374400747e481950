"""Photos of quotes. Down loses which there are; their files are then swept."""

import sqlalchemy as sa
from alembic import op

revision = "5d90e3a7c214"
down_revision = "8b2e5d40c9a1"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FILES = ("incoming_id", "large_id", "paper_id", "thumb_id")


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("section_n", BIG),
        sa.Column("line_n", BIG),
        sa.Column("position", BIG, nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        *(sa.Column(name, BIG) for name in FILES),
        sa.Column("width", BIG, nullable=False),
        sa.Column("height", BIG, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_version", BIG, nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("rev", BIG, nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_key", sa.String(length=22), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name=op.f("ck_photo_state")),
        sa.CheckConstraint("section_n IS NULL OR line_n IS NULL", name=op.f("ck_photo_place")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_photo_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_photo_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                ["firm_id", name],
                ["stored_file.firm_id", "stored_file.id"],
                name=op.f(f"fk_photo_firm_id_{name}_stored_file"),
            )
            for name in FILES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_photo_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    op.create_index("ix_photo_quote", "photo", ["firm_id", "quote_id"])
    op.create_index("ix_photo_waiting", "photo", ["state", "id"])


def downgrade() -> None:
    op.drop_table("photo")
