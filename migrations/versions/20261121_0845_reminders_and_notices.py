"""Reminders of a quote, what news a user wants by mail, and letters that lost their reason before they left."""

import sqlalchemy as sa
from alembic import op

revision = "5e81c7a4d2f6"
down_revision = "c4a19d7e52b8"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("queued", "sent", "failed")


def upgrade() -> None:
    op.add_column("user", sa.Column("notices", sa.String(200), nullable=False, server_default=""))
    op.add_column("firm", sa.Column("default_remind_days", BIG, nullable=False, server_default="0"))
    op.create_table(
        "reminding",
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("days", BIG, nullable=False),
        sa.Column("sent", BIG, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("days IN (0, 3, 7, 14)", name=op.f("ck_reminding_days")),
        sa.CheckConstraint("sent BETWEEN 0 AND 2", name=op.f("ck_reminding_sent")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_reminding_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_reminding_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminding")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_reminding_firm_id_id")),
        sa.UniqueConstraint("firm_id", "quote_id", name=op.f("uq_reminding_firm_id_quote_id")),
    )
    op.create_index("ix_reminding_due", "reminding", ["next_at"])
    allow((*STATES, "dropped"))


def downgrade() -> None:
    """What was dropped was not sent either."""
    op.execute("UPDATE letter SET state = 'failed' WHERE state = 'dropped'")
    allow(STATES)
    op.drop_table("reminding")
    op.drop_column("firm", "default_remind_days")
    op.drop_column("user", "notices")


def allow(states: tuple[str, ...]) -> None:
    """The states of a letter. SQLite makes the table anew, and does not carry its checks along."""
    names = ", ".join(repr(state) for state in states)
    with op.batch_alter_table("letter") as letter:
        if op.get_bind().dialect.name == "postgresql":
            letter.drop_constraint(op.f("ck_letter_state"), type_="check")
        letter.create_check_constraint(op.f("ck_letter_state"), f"state IN ({names})")
