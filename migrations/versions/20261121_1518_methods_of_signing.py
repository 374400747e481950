"""How each signed, what a firm asks for at which amount, and one-time codes. What was agreed before gets its method.

Down loses codes, drawn signatures and rules alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "a92c5e1f7d34"
down_revision = "7e40b9d15c83"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("firm", sa.Column("signing_rules", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("quote", sa.Column("signing_method", sa.String(12), nullable=False, server_default="link"))
    for table in ("agreement", "approval"):
        op.add_column(table, sa.Column("method", sa.String(12), nullable=False, server_default="link"))
        op.add_column(table, sa.Column("level", sa.String(10), nullable=False, server_default="simple"))
        op.add_column(table, sa.Column("mark", sa.LargeBinary()))
        op.execute(f"UPDATE {table} SET method = 'on_site' WHERE way = 'on_site'")
    op.execute("UPDATE agreement SET method = 'oral', level = 'none' WHERE way = 'manual'")
    op.execute(
        "UPDATE agreement SET method = 'manual_scan', level = 'paper' WHERE way = 'manual' AND EXISTS (SELECT 1"
        " FROM manual_acceptance AS m WHERE m.firm_id = agreement.firm_id AND m.agreement_id = agreement.id"
        " AND m.channel <> 'phone' AND m.file_id IS NOT NULL)"
    )
    op.create_table(
        "signing_code",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("link_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("terms_sha256", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'sms')", name=op.f("ck_signing_code_channel")),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_signing_code_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "link_id"],
            ["quote_link.firm_id", "quote_link.id"],
            name=op.f("fk_signing_code_firm_id_link_id_quote_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_signing_code_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_code")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_signing_code_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signing_code_public_id")),
    )
    op.create_index(op.f("ix_signing_code_link"), "signing_code", ["firm_id", "link_id"])
    op.create_index(op.f("ix_signing_code_quote"), "signing_code", ["firm_id", "quote_id"])
    op.create_index(op.f("ix_signing_code_created_at"), "signing_code", ["created_at"])


def downgrade() -> None:
    op.drop_table("signing_code")
    for table in ("agreement", "approval"):
        for column in ("method", "level", "mark"):
            op.drop_column(table, column)
    op.drop_column("quote", "signing_method")
    op.drop_column("firm", "signing_rules")
