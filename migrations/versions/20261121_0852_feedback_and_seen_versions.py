"""What customers thought, and which version each link has acted on. Old links say none. Down loses both."""

import sqlalchemy as sa
from alembic import op

revision = "f3b8d1c27a60"
down_revision = "9a4c1be70d35"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quote_link", sa.Column("seen_version", BIG))
    op.add_column("quote_link", sa.Column("seen_before", BIG))
    op.create_table(
        "feedback",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("score", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_feedback_score")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_feedback_firm_id_firm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "quote_id"],
            ["quote.firm_id", "quote.id"],
            name=op.f("fk_feedback_firm_id_quote_id_quote"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_feedback_firm_id_id")),
        sa.UniqueConstraint("firm_id", "quote_id", name=op.f("uq_feedback_firm_id_quote_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_feedback_public_id")),
    )


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_column("quote_link", "seen_before")
    op.drop_column("quote_link", "seen_version")
