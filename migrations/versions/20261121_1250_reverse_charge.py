"""Companies that sell construction services themselves, and quotes where the buyer accounts for the VAT."""

import sqlalchemy as sa
from alembic import op

revision = "8c2f5d90b1e7"
down_revision = "5b1e9d3c7a46"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer", sa.Column("vat_number", sa.String(14), nullable=False, server_default=""))
    op.add_column(
        "customer", sa.Column("sells_construction_services", sa.String(7), nullable=False, server_default="unknown")
    )
    op.add_column("customer", sa.Column("construction_checked_at", sa.DateTime(timezone=True)))
    op.add_column("customer", sa.Column("construction_checked_by", sa.String(120), nullable=False, server_default=""))
    op.add_column("quote", sa.Column("reverse_charge", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("quote", "reverse_charge")
    for name in ("construction_checked_by", "construction_checked_at", "sells_construction_services", "vat_number"):
        op.drop_column("customer", name)
