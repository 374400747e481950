"""Documents made elsewhere that are sent to be signed: the file as it came, and the pictures of its pages."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Upload(FirmOwned, Base):
    """A PDF that came in. What a sent version has stays as it is; until then another file takes its place."""

    __tablename__ = "upload"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("file_id", "stored_file", ondelete=None),
        CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state"),
        Index("ix_upload_quote", "firm_id", "quote_id"),
        Index("ix_upload_waiting", "state", "id"),
    )
    public_id: Mapped[str] = public_id_column()  # names it in versions and in addresses of pictures
    quote_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(String(10), default="")  # why it was refused: domain/uploads.py
    name: Mapped[str] = mapped_column(String(120))  # the sender's, made readable
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes as they came
    size_bytes: Mapped[int]
    file_id: Mapped[int | None]  # the bytes; none once it is refused
    is_order: Mapped[bool] = mapped_column(default=False, server_default=false())  # by it a consumer orders something
    sent_version: Mapped[int] = mapped_column(default=0)  # newest version that it is, 0 = none
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UploadPage(FirmOwned, Base):
    """The picture of one page: what is shown in a browser in place of the file."""

    __tablename__ = "upload_page"
    __table_args__ = (
        firm_key(),
        same_firm("upload_id", "upload"),
        same_firm("file_id", "stored_file", ondelete=None),
        UniqueConstraint("firm_id", "upload_id", "n"),
    )
    upload_id: Mapped[int]
    n: Mapped[int]  # from 1
    file_id: Mapped[int]
    width: Mapped[int]  # points of the picture
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
