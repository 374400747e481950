"""What agreements take of applicants' rot and rut by year, those made before too. Down loses the releases alone."""

import json

import sqlalchemy as sa
from alembic import op

revision = "d58e02b7f4a1"
down_revision = "c41d7e9a52b8"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("customer", sa.Column("has_allowance", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "allowance_entry",
        sa.Column("applicant_id", BIG, nullable=False),
        sa.Column("year", BIG, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("rot_kr", BIG, nullable=False),
        sa.Column("rut_kr", BIG, nullable=False),
        sa.Column("green_kr", BIG, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('forecast', 'reserved', 'used', 'released')", name=op.f("ck_allowance_entry_state")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_allowance_entry_firm_id_firm"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "applicant_id"],
            ["applicant.firm_id", "applicant.id"],
            name=op.f("fk_allowance_entry_firm_id_applicant_id_applicant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance_entry")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_allowance_entry_firm_id_id")),
        sa.UniqueConstraint(
            "firm_id", "applicant_id", "year", name=op.f("uq_allowance_entry_firm_id_applicant_id_year")
        ),
    )
    _enter_agreed()


def downgrade() -> None:
    op.drop_table("allowance_entry")
    op.drop_column("customer", "has_allowance")


def _enter_agreed() -> None:
    """Agreements of before, by the version that was agreed to."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(
            "SELECT ap.firm_id, ap.id, ap.rot_kr, ap.rut_kr, q.status, q.customer_id, v.content, a.accepted_at"
            " FROM applicant ap"
            " JOIN agreement a ON a.firm_id = ap.firm_id AND a.id = ap.agreement_id"
            " JOIN quote q ON q.firm_id = a.firm_id AND q.id = a.quote_id"
            " JOIN quote_version v ON v.firm_id = a.firm_id AND v.quote_id = a.quote_id AND v.version = a.version"
        )
    ).all()
    enter = sa.text(
        "INSERT INTO allowance_entry (firm_id, applicant_id, year, state, rot_kr, rut_kr, green_kr, changed_at)"
        " VALUES (:firm_id, :applicant_id, :year, :state, :rot_kr, :rut_kr, 0, :at)"
    )
    flag = sa.text("UPDATE customer SET has_allowance = :yes WHERE firm_id = :firm_id AND id = :id")
    for firm_id, applicant_id, rot_kr, rut_kr, status, customer_id, content, at in rows:
        state = {"partly_signed": "forecast", "late_acceptance": "forecast"}.get(status, "released")
        if status in ("accepted", "signed", "completed"):
            state = "reserved"
        found = json.loads(content)
        year = int((found.get("paid_on") or found["valid_until"])[:4])
        values = {"firm_id": firm_id, "applicant_id": applicant_id, "year": year, "state": state}
        bind.execute(enter, values | {"rot_kr": rot_kr, "rut_kr": rut_kr, "at": at})
        if customer_id is not None:
            bind.execute(flag, {"yes": True, "firm_id": firm_id, "id": customer_id})
