"""Requests through a firm's public form. Down loses the senders' words; the drafts made of them stay."""

import sqlalchemy as sa
from alembic import op

revision = "9a4c1be70d35"
down_revision = "9d4c02e7b6a1"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("firm", sa.Column("takes_inquiries", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("quote", sa.Column("has_inquiry", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "inquiry",
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("customer_id", BIG, nullable=False),
        sa.Column("made_customer", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("company", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.Column("postal_code", sa.String(6), nullable=False),
        sa.Column("city", sa.String(80), nullable=False),
        sa.Column("wanted", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('private', 'company')", name=op.f("ck_inquiry_kind")),
        sa.CheckConstraint("state IN ('open', 'declined')", name=op.f("ck_inquiry_state")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_inquiry_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_inquiry_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "customer_id"],
            ["customer.firm_id", "customer.id"],
            name=op.f("fk_inquiry_firm_id_customer_id_customer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_inquiry_firm_id_id")),
        sa.UniqueConstraint("firm_id", "quote_id", name=op.f("uq_inquiry_firm_id_quote_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inquiry_public_id")),
    )
    op.create_index("ix_inquiry_customer", "inquiry", ["firm_id", "customer_id"])
    op.create_index("ix_inquiry_content", "inquiry", ["firm_id", "content_sha256"])
    op.create_index("ix_inquiry_created_at", "inquiry", ["created_at"])


def downgrade() -> None:
    op.drop_table("inquiry")
    op.drop_column("quote", "has_inquiry")
    op.drop_column("firm", "takes_inquiries")
