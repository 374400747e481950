"""The ORM's session on a connection that statements past the ORM use too, without waking the session.

Most pages only read plain rows. To begin a transaction of the session for them, to take it into the engine's and to
end both, takes as long as two of the statements.
"""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection


class Session(FlaskSession):
    """One connection from its first use until `close`; whichever of both begins a transaction, here both end it."""

    _connection: Connection | None = None

    def __init__(self, db: Any, **options: Any) -> None:
        super().__init__(db, join_transaction_mode="control_fully", **options)

    def plain(self) -> Connection:
        """The connection, for a statement past the ORM."""
        if self._connection is None:
            self._connection = self._db.engine.connect()
        return self._connection

    def get_bind(self, *args: Any, **kwargs: Any) -> Connection:
        """Where the ORM joins it."""
        return self.plain()

    def commit(self) -> None:
        if self.in_transaction():
            super().commit()
        if self._connection is not None:  # what was begun past the ORM, or nothing
            self._connection.commit()

    def rollback(self) -> None:
        if self.in_transaction():
            super().rollback()
        if self._connection is not None:
            self._connection.rollback()

    def close(self) -> None:
        super().close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
