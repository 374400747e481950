"""Documents made elsewhere, and the pictures of their pages. Down loses which there are; their files are then swept."""

import sqlalchemy as sa
from alembic import op

revision = "7e40b9d15c83"
down_revision = "c47d90e2a6b8"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("file_id", BIG),
        sa.Column("is_order", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_version", BIG, nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name=op.f("ck_upload_state")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_upload_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_upload_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "file_id"],
            ["stored_file.firm_id", "stored_file.id"],
            name=op.f("fk_upload_firm_id_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_upload_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )
    op.create_index("ix_upload_quote", "upload", ["firm_id", "quote_id"])
    op.create_index("ix_upload_waiting", "upload", ["state", "id"])
    op.create_table(
        "upload_page",
        sa.Column("upload_id", BIG, nullable=False),
        sa.Column("n", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("width", BIG, nullable=False),
        sa.Column("height", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_upload_page_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "upload_id"],
            ["upload.firm_id", "upload.id"],
            name=op.f("fk_upload_page_firm_id_upload_id_upload"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "file_id"],
            ["stored_file.firm_id", "stored_file.id"],
            name=op.f("fk_upload_page_firm_id_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_page")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_upload_page_firm_id_id")),
        sa.UniqueConstraint("firm_id", "upload_id", "n", name=op.f("uq_upload_page_firm_id_upload_id_n")),
    )


def downgrade() -> None:
    op.drop_table("upload_page")
    op.drop_table("upload")
