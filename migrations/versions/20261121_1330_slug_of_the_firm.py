"""A firm's short name in the address of its public form."""

import sqlalchemy as sa
from alembic import op

revision = "e2b7c05d94f6"
down_revision = "d58e02b7f4a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("firm", sa.Column("slug", sa.String(40), nullable=True))
    op.create_index("ix_firm_slug", "firm", ["slug"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_firm_slug", "firm")
    op.drop_column("firm", "slug")
