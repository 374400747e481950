"""The language of a user, of a customer, and of the paper a quote was last sent as. Down loses the choices."""

import sqlalchemy as sa
from alembic import op

revision = "9d4c02e7b6a1"
down_revision = "a91c4e0b72d5"
branch_labels = None
depends_on = None

TABLES = ("user", "customer", "quote")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("language", sa.String(2), nullable=False, server_default="sv"))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "language")
