"""The indexes of whose turn it is, and of the state, also say what is archived: a list reads no other rows."""

from alembic import op

revision = "7d41f6a2b8e3"
down_revision = "2c9b7e40d5a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    change("turn", ["firm_id", "archived_at", "turn", "touched_at", "id"])
    change("status", ["firm_id", "archived_at", "status", "touched_at", "id", "valid_until"])


def downgrade() -> None:
    for column in ("turn", "status"):
        change(column, ["firm_id", column, "touched_at", "id"])


def change(name: str, columns: list[str]) -> None:
    op.drop_index(f"ix_quote_{name}", table_name="quote")
    op.create_index(f"ix_quote_{name}", "quote", columns)
