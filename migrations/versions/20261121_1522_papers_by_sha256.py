"""Papers are found by the SHA-256 of their bytes, which anyone may ask about. Down makes that a scan."""

import sqlalchemy as sa
from alembic import op

revision = "5d20c6e1b7f4"
down_revision = "b8e2d4f16a03"
branch_labels = None
depends_on = None

PAPERS = sa.text("media_type IN ('application/pdf', 'application/zip')")


def upgrade() -> None:
    op.create_index("ix_stored_file_paper", "stored_file", ["sha256"], sqlite_where=PAPERS, postgresql_where=PAPERS)


def downgrade() -> None:
    op.drop_index("ix_stored_file_paper", "stored_file")
