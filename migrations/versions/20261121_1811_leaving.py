"""What leaving needs: standing of a firm, channel and choice of a termination, arrivals, earlier homes, receipts.

Down forgets them: a termination that the operator entered, or that has no answer, becomes one to erase all.
"""

import sqlalchemy as sa
from alembic import op

revision = "e7a1c54b90d2"
down_revision = "d5e8130b9f46"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHANNELS = "channel IN ('settings', 'mail', 'phone', 'letter', 'operator', 'inactivity')"


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("asker_firm", sa.String(length=22), nullable=False),
        sa.Column("asker", sa.String(length=22), nullable=False),
        sa.Column("firm_public_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("progress_percent", BIG, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'checking', 'running', 'done', 'refused', 'failed', 'cancelled')",
            name=op.f("ck_arrival_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("public_id", name=op.f("uq_arrival_public_id")),
    )
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.create_index("ix_arrival_asker", ["asker_firm"], unique=False)

    op.create_table(
        "earlier_home",
        sa.Column("n", BIG, nullable=False),
        sa.Column("installation", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_sha256", sa.String(length=64), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("checkpoints", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_earlier_home_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_home")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_earlier_home_firm_id_id")),
        sa.UniqueConstraint("firm_id", "n", name=op.f("uq_earlier_home_firm_id_n")),
    )
    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=12), server_default="settings", nullable=False))
        batch_op.add_column(sa.Column("noted", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("fees_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_closing_choice"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_closing_choice"), "choice IN ('', 'erase_all', 'lock_bookkeeping')"
        )
        batch_op.create_check_constraint(batch_op.f("ck_closing_channel"), CHANNELS)
        batch_op.alter_column("user_id", existing_type=BIG, nullable=True)

    with op.batch_alter_table("erasure_receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("receipt", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("signature", sa.Text(), server_default="", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_erasure_receipt_firm_public_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_erasure_receipt_firm_public_id"), ["firm_public_id"], unique=False)

    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_locked", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("password", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_export_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_export_state"), "state IN ('queued', 'running', 'ready', 'failed', 'gone', 'cancelled')"
        )

    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fiscal_year_ends", BIG, server_default="12", nullable=False))
        batch_op.add_column(sa.Column("standing", sa.String(length=10), server_default="active", nullable=False))
        batch_op.add_column(sa.Column("standing_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("standing_reason", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("active_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("inactive_warned", BIG, server_default="0", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_firm_standing"), "standing IN ('active', 'suspended', 'arriving')"
        )
        batch_op.create_check_constraint(batch_op.f("ck_firm_fiscal_year_ends"), "fiscal_year_ends BETWEEN 1 AND 12")


def downgrade() -> None:
    op.execute("UPDATE closing SET choice = 'erase_all' WHERE choice = ''")
    op.execute(
        'UPDATE closing SET user_id = (SELECT min(id) FROM "user" WHERE "user".firm_id = closing.firm_id) '
        "WHERE user_id IS NULL"
    )
    op.execute("UPDATE export SET state = 'gone' WHERE state = 'cancelled'")
    op.execute(
        "DELETE FROM erasure_receipt WHERE id NOT IN (SELECT max(id) FROM erasure_receipt GROUP BY firm_public_id)"
    )
    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_firm_standing"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_firm_fiscal_year_ends"), type_="check")
        batch_op.drop_column("inactive_warned")
        batch_op.drop_column("active_at")
        batch_op.drop_column("standing_reason")
        batch_op.drop_column("standing_at")
        batch_op.drop_column("standing")
        batch_op.drop_column("fiscal_year_ends")

    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_export_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_export_state"), "state IN ('queued', 'running', 'ready', 'failed', 'gone')"
        )
        batch_op.drop_column("password")
        batch_op.drop_column("is_locked")

    with op.batch_alter_table("erasure_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasure_receipt_firm_public_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_erasure_receipt_firm_public_id"), ["firm_public_id"])
        batch_op.drop_column("signature")
        batch_op.drop_column("receipt")

    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.alter_column("user_id", existing_type=BIG, nullable=False)
        batch_op.drop_constraint(batch_op.f("ck_closing_channel"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_closing_choice"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_closing_choice"), "choice IN ('erase_all', 'lock_bookkeeping')")
        batch_op.drop_column("told_at")
        batch_op.drop_column("fees_until")
        batch_op.drop_column("chosen_at")
        batch_op.drop_column("noted")
        batch_op.drop_column("channel")

    op.drop_table("earlier_home")
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.drop_index("ix_arrival_asker")

    op.drop_table("arrival")
