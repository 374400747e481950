"""Price types, discounts, choices, texts and payment plan of a quote; templates and text blocks."""

import sqlalchemy as sa
from alembic import op

revision = "8b2e5d40c9a1"
down_revision = "8e2d5b6c1f43"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLACES = "('message', 'not_included', 'customer_does', 'terms', 'row')"

COLUMNS = {
    "quote": (
        ("limit_percent", BIG, "15"),
        ("cap_ore", BIG, None),
        ("markup_bp", BIG, None),
        ("discount_bp", BIG, "0"),
        ("is_smahus", sa.Boolean(), sa.false()),
        ("payment_plan", sa.Text(), "[]"),
        ("not_included", sa.Text(), ""),
        ("customer_does", sa.Text(), ""),
    ),
    "quote_section": (
        ("price_mode", sa.String(8), "rows"),
        ("discount_bp", BIG, "0"),
        ("choice", sa.String(4), ""),
    ),
    "quote_line": (
        ("is_recommended", sa.Boolean(), sa.false()),
        ("is_text", sa.Boolean(), sa.false()),
        ("quantity_min_milli", BIG, None),
        ("quantity_max_milli", BIG, None),
        ("purchase_price_ore", BIG, None),
    ),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_table(
        "quote_template",
        sa.Column("n", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("rev", BIG, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        *firm_owned("quote_template"),
    )
    op.create_table(
        "text_block",
        sa.Column("n", BIG, nullable=False),
        sa.Column("place", sa.String(14), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rev", BIG, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(f"place IN {PLACES}", name=op.f("ck_text_block_place")),
        *firm_owned("text_block"),
    )


def firm_owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The columns and keys of a row that belongs to a firm."""
    return (
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f(f"fk_{table}_firm_id_firm"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("firm_id", "id", name=op.f(f"uq_{table}_firm_id_id")),
        sa.UniqueConstraint("firm_id", "n", name=op.f(f"uq_{table}_firm_id_n")),
    )


def downgrade() -> None:
    op.drop_table("text_block")
    op.drop_table("quote_template")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, _kind, _default in columns:
                batch.drop_column(name)
