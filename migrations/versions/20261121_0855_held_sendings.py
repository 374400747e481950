"""A sending waits while it can be undone, goes by text message too, and the way used last is kept. Down loses these."""

import sqlalchemy as sa
from alembic import op

revision = "3f6c21b9d7e4"
down_revision = "f3b8d1c27a60"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quote", sa.Column("hold", sa.String(length=8), server_default="", nullable=False))
    op.add_column("quote_link", sa.Column("phone", sa.String(length=20), server_default="", nullable=False))
    op.add_column("user", sa.Column("last_way", sa.String(length=12), server_default="mail", nullable=False))
    op.create_table(
        "held_sending",
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped", sa.String(length=30), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("way IN ('mail', 'sms')", name=op.f("ck_held_sending_way")),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_held_sending_firm_id_firm"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                ["firm_id", f"{name}_id"],
                [f"{name}.firm_id", f"{name}.id"],
                name=op.f(f"fk_held_sending_firm_id_{name}_id_{name}"),
                ondelete="CASCADE",
            )
            for name in ("quote", "user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_sending")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_held_sending_firm_id_id")),
        sa.UniqueConstraint("firm_id", "quote_id", name=op.f("uq_held_sending_firm_id_quote_id")),
    )
    op.create_index("ix_held_sending_due", "held_sending", ["stopped", "due_at"])


def downgrade() -> None:
    op.drop_table("held_sending")
    for table, column in (("user", "last_way"), ("quote_link", "phone"), ("quote", "hold")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
