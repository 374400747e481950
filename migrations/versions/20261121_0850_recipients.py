"""Several who get a quote: recipients, their links, questions and approvals. Down loses who they are."""

import sqlalchemy as sa
from alembic import op

revision = "a91c4e0b72d5"
down_revision = "e3b81d6f0a47"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
TO_RECIPIENT = ["firm_id", "recipient_id"], ["firm_id", "id"]


def upgrade() -> None:
    op.create_table(
        "recipient",
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("removed_at", AT),
        sa.CheckConstraint("role IN ('co_decides', 'copy')", name=op.f("ck_recipient_role")),
        *firm_owned("recipient"),
    )
    op.create_index("ix_recipient_quote", "recipient", ["firm_id", "quote_id"])
    op.create_table(
        "approval",
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("recipient_id", BIG),
        sa.Column("link_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        sa.Column("consents", sa.Text(), nullable=False),
        sa.Column("agreed_sha256", sa.String(64), nullable=False),
        sa.Column("approved_at", AT, nullable=False),
        sa.Column("voided_at", AT),
        sa.Column("void_reason", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "recipient_id"],
            ["recipient.firm_id", "recipient.id"],
            name=op.f("fk_approval_firm_id_recipient_id_recipient"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "link_id"],
            ["quote_link.firm_id", "quote_link.id"],
            name=op.f("fk_approval_firm_id_link_id_quote_link"),
        ),
        *firm_owned("approval"),
    )
    op.create_index("ix_approval_quote", "approval", ["firm_id", "quote_id"])
    op.add_column("quote", sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table, table_args=[check() for check in checks]) as batch:
            batch.add_column(sa.Column("recipient_id", BIG))
            batch.create_foreign_key(op.f(f"fk_{table}_firm_id_recipient_id_recipient"), "recipient", *TO_RECIPIENT)


def downgrade() -> None:
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table, table_args=[check() for check in checks]) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_firm_id_recipient_id_recipient"), type_="foreignkey")
            batch.drop_column("recipient_id")
    op.drop_column("quote", "is_shared")
    op.drop_table("approval")
    op.drop_table("recipient")


def sender() -> sa.CheckConstraint:
    return sa.CheckConstraint("sender IN ('firm', 'customer')", name=op.f("ck_message_sender"))


# SQLite makes a table anew for a reference, and reads back all of it but these
CHECKS = {"quote_link": (), "message": (sender,)}


def firm_owned(table: str) -> list[sa.Column[int] | sa.Constraint]:
    return [
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f(f"fk_{table}_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f(f"fk_{table}_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("firm_id", "id", name=op.f(f"uq_{table}_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    ]
