"""A deal is a quote, a contract or a document of the firm's own. Old ones are quotes. Down makes all of them quotes."""

import sqlalchemy as sa
from alembic import op

revision = "f3a1c77e0b52"
down_revision = "6b0f4ae9d217"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quote", sa.Column("kind", sa.String(10), nullable=False, server_default="quote"))


def downgrade() -> None:
    op.drop_column("quote", "kind")
