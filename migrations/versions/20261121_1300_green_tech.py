"""A line may be for grön teknik, and an applicant has a share of that deduction."""

import sqlalchemy as sa
from alembic import op

revision = "3e9a64d7c158"
down_revision = "a7d31f5c9e24"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "vat_percent": "vat_percent IN (0, 6, 12, 25)",
    "kind": "kind IN ('labour', 'material', 'other')",
    "discount_bp": "discount_bp BETWEEN 0 AND 10000",
    "quantity_milli": "quantity_milli BETWEEN 0 AND 1000000000",
}


def upgrade() -> None:
    op.add_column("applicant", sa.Column("green_kr", BIG, nullable=False, server_default="0"))
    op.add_column("applicant", sa.Column("used_green_kr", BIG, nullable=False, server_default="0"))
    allow(("rot", "rut", "green"), 3, 5)


def downgrade() -> None:
    """Lines for grön teknik carry no deduction any more."""
    op.execute("UPDATE quote_line SET deduction = NULL, work_type = NULL WHERE deduction = 'green'")
    allow(("rot", "rut"), 5, 3)
    op.drop_column("applicant", "used_green_kr")
    op.drop_column("applicant", "green_kr")


def allow(kinds: tuple[str, ...], was: int, length: int) -> None:
    """The deductions of a line. SQLite makes the table anew, and does not carry its checks along."""
    names = ", ".join(repr(kind) for kind in kinds)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    with op.batch_alter_table("quote_line") as line:
        if is_postgresql:
            line.drop_constraint(op.f("ck_quote_line_deduction"), type_="check")
        line.alter_column("deduction", existing_type=sa.String(was), type_=sa.String(length))
        line.create_check_constraint(op.f("ck_quote_line_deduction"), f"deduction IS NULL OR deduction IN ({names})")
        for name, words in () if is_postgresql else CHECKS.items():
            line.create_check_constraint(op.f(f"ck_quote_line_{name}"), words)
