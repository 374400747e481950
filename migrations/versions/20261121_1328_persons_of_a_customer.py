"""Indexes by which the persons of a customer's agreements are found without reading other customers' rows."""

from alembic import op

revision = "6b0f4ae9d217"
down_revision = "e2b7c05d94f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_agreement_of_quote", "agreement", ["firm_id", "quote_id"])
    op.create_index("ix_applicant_person", "applicant", ["firm_id", "personnummer_index"])


def downgrade() -> None:
    op.drop_index("ix_applicant_person", table_name="applicant")
    op.drop_index("ix_agreement_of_quote", table_name="agreement")
