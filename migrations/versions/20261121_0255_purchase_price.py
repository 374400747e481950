"""Articles get a purchase price (old ones have none), and price lists can be read from files. Down loses both."""

import sqlalchemy as sa
from alembic import op

revision = "8e2d5b6c1f43"
down_revision = "4f1c0a7d2b10"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("purchase_price_ore", BIG, nullable=True))
    op.create_table(
        "article_import",
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("basis", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added", BIG, nullable=False),
        sa.Column("changed", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint("basis IN ('incl', 'excl')", name=op.f("ck_article_import_basis")),
        sa.ForeignKeyConstraint(
            ["firm_id", "user_id"],
            ["user.firm_id", "user.id"],
            name=op.f("fk_article_import_firm_id_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "file_id"],
            ["stored_file.firm_id", "stored_file.id"],
            name=op.f("fk_article_import_firm_id_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_article_import_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_import")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_article_import_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_article_import_public_id")),
    )


def downgrade() -> None:
    op.drop_table("article_import")
    with op.batch_alter_table("article") as article:
        article.drop_column("purchase_price_ore")
