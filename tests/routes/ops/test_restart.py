"""The database's server is restarted while the web processes hold connections to it."""

from __future__ import annotations

from extensions import db
from services.installation import settings
from tests.conftest import IS_POSTGRESQL

OTHERS = "pid <> pg_backend_pid() AND datname = current_database()"


def end_connections() -> None:
    """End all but the own, as a restart does; a file has none."""
    db.session.remove()
    if IS_POSTGRESQL:
        import psycopg

        with psycopg.connect(settings().database_url.replace("+psycopg", ""), autocommit=True) as own:
            ended = own.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {OTHERS}")
            assert set(ended) == {(True,)}


def test_no_visitor_notices_it(client, make, firm):
    client.log_in(make.owner(firm))
    assert client.get("/kunder").status_code == 200
    end_connections()
    assert client.get("/kunder").status_code == 200
    end_connections()
    assert client.post("/konto/export").status_code == 303
    end_connections()
    assert client.post("/logga-ut").status_code == 303
