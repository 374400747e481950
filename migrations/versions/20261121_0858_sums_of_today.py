"""What lies with customers and what they have approved is summed from an index each: Idag reads no rows for it."""

import sqlalchemy as sa
from alembic import op

revision = "5b1e9d3c7a46"
down_revision = "3f6c21b9d7e4"
branch_labels = None
depends_on = None

OUT = sa.text("archived_at IS NULL AND status IN ('sent', 'countered', 'partly_signed')")


def upgrade() -> None:
    columns = [
        "firm_id",
        "valid_until",
        "gross_ore",
        "archived_at",
        "status",
    ]  # with what SQLite else reads the row for
    op.create_index("ix_quote_out", "quote", columns, sqlite_where=OUT, postgresql_where=OUT)
    op.create_index("ix_agreement_accepted", "agreement", ["firm_id", "accepted_at", "quote_id", "gross_ore"])


def downgrade() -> None:
    op.drop_index("ix_agreement_accepted", table_name="agreement")
    op.drop_index("ix_quote_out", table_name="quote")
