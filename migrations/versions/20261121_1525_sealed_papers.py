"""Sealed papers of agreements: the package of evidence, the seal, the time stamp, and tries that failed.

Papers made before have no seal and stay as they are. Down loses which files are package and stamped paper.
"""

import sqlalchemy as sa
from alembic import op

revision = "b8e2d4f16a03"
down_revision = "5d1b8f60c9e3"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FILES = "package_id", "stamped_id"
TEXTS = {"package_sha256": 64, "stamped_sha256": 64, "seal_id": 16, "paper_fault": 10}
TIMES = "sealed_at", "paper_next_at"


def upgrade() -> None:
    partial(False)
    with op.batch_alter_table("agreement", table_args=[home()]) as batch:
        for name in FILES:
            batch.add_column(sa.Column(name, BIG))
            batch.create_foreign_key(to_file(name), "stored_file", ["firm_id", name], ["firm_id", "id"])
        for name, length in TEXTS.items():
            batch.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        for name in TIMES:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("paper_tries", BIG, nullable=False, server_default="0"))
    partial(True)


def downgrade() -> None:
    partial(False)
    with op.batch_alter_table("agreement", table_args=[home()]) as batch:
        batch.drop_column("paper_tries")
        for name in (*TIMES, *TEXTS):
            batch.drop_column(name)
        for name in FILES:
            batch.drop_constraint(to_file(name), type_="foreignkey")
            batch.drop_column(name)
    partial(True)


def to_file(name: str) -> str:
    return str(op.f(f"fk_agreement_firm_id_{name}_stored_file"))


def home() -> sa.CheckConstraint:
    """SQLite makes the table anew, and reads back all of it but this and the index on a part."""
    return sa.CheckConstraint("home IN ('none', 'house', 'flat', 'later')", name=op.f("ck_agreement_home"))


def partial(is_wanted: bool) -> None:
    if is_wanted:
        later = sa.text("home = 'later'")
        op.create_index(
            "ix_agreement_rot_later",
            "agreement",
            ["firm_id", "quote_id"],
            sqlite_where=later,
        )
    else:
        op.drop_index("ix_agreement_rot_later", table_name="agreement")
