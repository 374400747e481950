"""What kind of home the work is in, and its värdeår, as far as the firm knows. Down loses both."""

import sqlalchemy as sa
from alembic import op

revision = "c41d7e9a52b8"
down_revision = "3e9a64d7c158"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quote", sa.Column("home", sa.String(length=16), server_default="", nullable=False))
    op.add_column("quote", sa.Column("home_year", BIG, nullable=True))


def downgrade() -> None:
    op.drop_column("quote", "home_year")
    op.drop_column("quote", "home")
