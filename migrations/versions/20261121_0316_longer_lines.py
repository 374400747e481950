"""Words between lines may be as long as a paragraph. SQLite keeps no lengths, so there is nothing to change there."""

import sqlalchemy as sa
from alembic import op

revision = "b71f0c3d98e2"
down_revision = "7d41f6a2b8e3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("quote_line", "text", type_=sa.String(1000))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("quote_line", "text", type_=sa.String(200), postgresql_using="left(text, 200)")
