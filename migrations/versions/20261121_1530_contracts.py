"""Clauses of contracts in versions, and what a deal says of its contract. Down loses the firm's own clauses."""

import sqlalchemy as sa
from alembic import op

revision = "d81f6c3a9b47"
down_revision = "5d20c6e1b7f4"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contract_template",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("n", BIG, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint(
            "audience IN ('consumer', 'smahus', 'business')", name=op.f("ck_contract_template_audience")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_contract_template_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_template")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_contract_template_firm_id_id")),
        sa.UniqueConstraint("firm_id", "n", name=op.f("uq_contract_template_firm_id_n")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contract_template_public_id")),
    )
    op.create_table(
        "contract_template_version",
        sa.Column("template_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("texts", sa.String(length=10), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_contract_template_version_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "template_id"],
            ["contract_template.firm_id", "contract_template.id"],
            name=op.f("fk_contract_template_version_firm_id_template_id_contract_template"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_template_version")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_contract_template_version_firm_id_id")),
        sa.UniqueConstraint(
            "firm_id",
            "template_id",
            "version",
            name=op.f("uq_contract_template_version_firm_id_template_id_version"),
        ),
    )
    op.add_column("quote", sa.Column("clauses_n", BIG))
    op.add_column("quote", sa.Column("open_ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("quote", sa.Column("from_number", sa.String(12), nullable=False, server_default=""))
    op.add_column("held_sending", sa.Column("signed_way", sa.String(12), nullable=False, server_default=""))
    op.add_column("held_sending", sa.Column("signed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("held_sending", "signed_at")
    op.drop_column("held_sending", "signed_way")
    op.drop_column("quote", "from_number")
    op.drop_column("quote", "open_ended")
    op.drop_column("quote", "clauses_n")
    op.drop_table("contract_template_version")
    op.drop_table("contract_template")
