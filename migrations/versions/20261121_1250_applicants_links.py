"""Applicants who type their own number by a link: address, declared use, weight of the share, reminders."""

import sqlalchemy as sa
from alembic import op

revision = "a7d31f5c9e24"
down_revision = "8c2f5d90b1e7"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMES = (
    "email",
    "used_rot_kr",
    "used_rut_kr",
    "weight",
    "stated",
    "given_at",
    "link_public_id",
    "remind_at",
    "reminded",
)


def upgrade() -> None:
    op.add_column("applicant", sa.Column("email", sa.String(254), nullable=False, server_default=""))
    op.add_column("applicant", sa.Column("used_rot_kr", BIG, nullable=False, server_default="0"))
    op.add_column("applicant", sa.Column("used_rut_kr", BIG, nullable=False, server_default="0"))
    op.add_column("applicant", sa.Column("weight", BIG, nullable=False, server_default="1"))
    op.add_column("applicant", sa.Column("stated", sa.String(10), nullable=False, server_default=""))
    op.add_column("applicant", sa.Column("given_at", sa.DateTime(timezone=True)))
    op.add_column("applicant", sa.Column("link_public_id", sa.String(22)))
    op.add_column("applicant", sa.Column("remind_at", sa.DateTime(timezone=True)))
    op.add_column("applicant", sa.Column("reminded", BIG, nullable=False, server_default="0"))
    op.create_index("ix_applicant_link", "applicant", ["link_public_id"], unique=True)
    op.create_index("ix_applicant_remind", "applicant", ["remind_at"])


def downgrade() -> None:
    op.drop_index("ix_applicant_remind", "applicant")
    op.drop_index("ix_applicant_link", "applicant")
    for name in reversed(NAMES):
        op.drop_column("applicant", name)
