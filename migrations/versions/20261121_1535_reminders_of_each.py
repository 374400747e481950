"""How often each of several who sign was reminded of the version. Down forgets it."""

import sqlalchemy as sa
from alembic import op

revision = "d5e8130b9f46"
down_revision = "d81f6c3a9b47"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quote_link", sa.Column("reminded", BIG, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("quote_link", "reminded")
