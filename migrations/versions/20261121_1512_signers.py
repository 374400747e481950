"""Several signers: roles of a signatory and a witness, the order they sign in, whose place one has taken over.

Down makes of signatories ones who decide, and of witnesses ones who read.
"""

import sqlalchemy as sa
from alembic import op

revision = "c47d90e2a6b8"
down_revision = "f3a1c77e0b52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quote", sa.Column("in_order", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("approval", sa.Column("role", sa.String(12), nullable=False, server_default="decides"))
    op.execute("UPDATE approval SET role = 'co_decides' WHERE recipient_id IS NOT NULL")
    with op.batch_alter_table("recipient") as batch:
        batch.drop_constraint(op.f("ck_recipient_role"), type_="check")
        batch.create_check_constraint(
            op.f("ck_recipient_role"), "role IN ('co_decides', 'signatory', 'witness', 'copy')"
        )
        batch.add_column(sa.Column("phone", sa.String(20), nullable=False, server_default=""))
        batch.add_column(sa.Column("position", BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("stands_for", sa.String(22)))
    op.execute(
        "UPDATE recipient SET position = 1 + (SELECT count(*) FROM recipient AS one WHERE one.firm_id = recipient.firm_id"
        " AND one.quote_id = recipient.quote_id AND one.role = 'co_decides' AND one.removed_at IS NULL"
        " AND one.id <= recipient.id) WHERE role = 'co_decides' AND removed_at IS NULL"
    )


def downgrade() -> None:
    op.execute("UPDATE recipient SET role = 'co_decides' WHERE role = 'signatory'")
    op.execute("UPDATE recipient SET role = 'copy' WHERE role = 'witness'")
    with op.batch_alter_table("recipient") as batch:
        batch.drop_constraint(op.f("ck_recipient_role"), type_="check")
        batch.create_check_constraint(op.f("ck_recipient_role"), "role IN ('co_decides', 'copy')")
        batch.drop_column("stands_for")
        batch.drop_column("position")
        batch.drop_column("phone")
    op.drop_column("approval", "role")
    op.drop_column("quote", "in_order")


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
