"""What all tables share: names of constraints, the owning firm, public ids.

No file of this room puts its annotations off (`from __future__`): SQLAlchemy evaluates them all the same, each as a
text, which takes as long again as making the tables.
"""

import secrets

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    # 64 bits everywhere: 32 bits of öre end at 21 million kronor. SQLite wants INTEGER for its row ids.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={int: BigInteger().with_variant(Integer, "sqlite")},
    )


def new_public_id() -> str:
    """22 characters of base64url: 128 random bits. It names a thing, it is never a right by itself."""
    return secrets.token_urlsafe(16)


class FirmOwned:
    """A row that belongs to one firm.

    Every such table has the key (firm_id, id), and every reference between two of them carries firm_id
    (`same_firm`), so that the database itself refuses a row that points into another firm.
    """

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def firm_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))


def firm_key() -> UniqueConstraint:
    """The composite key that other tables of the firm refer to."""
    return UniqueConstraint("firm_id", "id")


def same_firm(column: str, table: str, *, ondelete: str | None = "CASCADE") -> ForeignKeyConstraint:
    """A reference to a row of the same firm."""
    return ForeignKeyConstraint(["firm_id", column], [f"{table}.firm_id", f"{table}.id"], ondelete=ondelete)


def public_id_column() -> Mapped[str]:
    return mapped_column(String(22), unique=True, default=new_public_id)
