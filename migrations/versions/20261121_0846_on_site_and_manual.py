"""A login may be held to one quote, shown to its customer; and a yes that the firm writes down has a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = "e3b81d6f0a47"
down_revision = "5e81c7a4d2f6"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWN = {"agreement_id": ("agreement", "CASCADE"), "user_id": ("user", None), "file_id": ("stored_file", None)}


def upgrade() -> None:
    op.add_column("login", sa.Column("locked_to", sa.String(length=22), server_default="", nullable=False))
    op.add_column("login", sa.Column("locked_link", sa.String(length=22), server_default="", nullable=False))
    op.add_column("login", sa.Column("locked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "manual_acceptance",
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_id", BIG),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'mail', 'on_site', 'letter')", name=op.f("ck_manual_acceptance_channel")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_manual_acceptance_firm_id_firm"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                ["firm_id", column],
                [f"{table}.firm_id", f"{table}.id"],
                name=op.f(f"fk_manual_acceptance_firm_id_{column}_{table}"),
                ondelete=ondelete,
            )
            for column, (table, ondelete) in OWN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_acceptance")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_manual_acceptance_firm_id_id")),
        sa.UniqueConstraint("firm_id", "agreement_id", name=op.f("uq_manual_acceptance_firm_id_agreement_id")),
    )


def downgrade() -> None:
    op.drop_table("manual_acceptance")
    for column in ("locked_at", "locked_link", "locked_to"):
        op.drop_column("login", column)
