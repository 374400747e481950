"""Checkpoints, the leaves they were made over, and incidents. The first one is made over all chains there are.

Down loses the incidents. The file beside the database keeps the checkpoints, and they are taken back in when it is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "5d1b8f60c9e3"
down_revision = "a92c5e1f7d34"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'chain_broken', 'chain_behind', 'file_missing', 'file_changed', 'checkpoint_changed', 'database_older'"


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        refused = "EXECUTE FUNCTION refuse_change()"  # made with the first tables
        op.execute(f"CREATE TRIGGER checkpoint_frozen BEFORE UPDATE ON checkpoint FOR EACH ROW {refused}")
    else:
        refused = "BEGIN SELECT RAISE(ABORT, 'insert only'); END"
        op.execute(f"CREATE TRIGGER checkpoint_frozen BEFORE UPDATE ON checkpoint {refused}")


def _create_tables() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("n", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_checkpoint"),
    )
    op.create_table(
        "checkpoint_head",
        sa.Column("firm", sa.String(22), nullable=False),
        sa.Column("n", NUMBER, autoincrement=False, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("until_n", NUMBER),
        sa.ForeignKeyConstraint(["n"], ["checkpoint.n"], name="fk_checkpoint_head_n_checkpoint"),
        sa.PrimaryKeyConstraint("firm", "n", name="pk_checkpoint_head"),
    )
    newest = sa.text("until_n IS NULL")
    op.create_index(
        "ix_checkpoint_head_newest",
        "checkpoint_head",
        ["firm"],
        unique=True,
        sqlite_where=newest,
        postgresql_where=newest,
    )
    op.create_index("ix_checkpoint_head_n", "checkpoint_head", ["n"])
    op.create_table(
        "incident",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("firm_id", NUMBER),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("about", sa.String(22), nullable=False),
        sa.Column("first_bad_seq", NUMBER),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("in_chain", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_incident_kind")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_incident_firm_id_firm", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("public_id", name="uq_incident_public_id"),
    )
    op.create_index("ix_incident_firm_id", "incident", ["firm_id"])


def downgrade() -> None:
    op.drop_table("incident")
    op.drop_table("checkpoint_head")
    op.drop_table("checkpoint")
