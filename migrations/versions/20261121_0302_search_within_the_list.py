"""The index of the list holds the words a quote is found by, so that a search reads no rows. Down takes them out."""

from alembic import op

revision = "2c9b7e40d5a6"
down_revision = "5d90e3a7c214"
branch_labels = None
depends_on = None

KEY = ["firm_id", "archived_at", "touched_at", "id"]


def upgrade() -> None:
    op.drop_index("ix_quote_list", table_name="quote")
    op.create_index("ix_quote_list", "quote", [*KEY, "search_text"])


def downgrade() -> None:
    op.drop_index("ix_quote_list", table_name="quote")
    op.create_index("ix_quote_list", "quote", KEY)
