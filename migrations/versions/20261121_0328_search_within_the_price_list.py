"""The index of the price list also holds the words that a search looks for. Old rows are read into it. Down loses no data."""

from alembic import op

revision = "c4a19d7e52b8"
down_revision = "b71f0c3d98e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_article_used", table_name="article")
    op.create_index("ix_article_used", "article", ["firm_id", "archived_at", "used_at", "id", "search_text"])


def downgrade() -> None:
    op.drop_index("ix_article_used", table_name="article")
    op.create_index("ix_article_used", "article", ["firm_id", "archived_at", "used_at"])
