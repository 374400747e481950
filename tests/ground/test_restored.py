"""A backup from before an erasure, restored: the journal is replayed before the first request is answered (C-57)."""

from __future__ import annotations

import shutil
import urllib.error
from datetime import timedelta
from pathlib import Path

import pytest

from app import create_app
from config import Settings
from extensions import db
from jobs import close_firms
from models import Closing, ErasureReceipt, Firm
from services import schema
from services.clock import utc_now
from services.privacy import journal
from tests.erasing import put_back, rows_of_all
from tests.factories import Make
from tests.ground.product import get
from tests.routes.deal.conftest import send, token_of


def test_a_restored_firm_is_gone_before_the_first_answer(start, environment, tmp_path):
    app = create_app(Settings.from_environment(environment))
    data = Path(environment["DATA_DIR"])
    with app.test_request_context():
        schema.tools().upgrade()
        make = Make(app)
        stays, firm = make.firm("Annan"), make.firm()
        quote = send(make, make.quote(firm, make.customer(firm)))
        way_in, public_id, other = "/l/" + token_of(quote), firm.public_id, stays.public_id
        day = timedelta(days=1)
        times = {"confirmed_at": utc_now() - 31 * day, "effective_at": utc_now() - 31 * day}
        db.session.add(Closing(firm_id=firm.id, erase_after=utc_now() - day, **times))
        db.session.commit()
        rows = rows_of_all()
        shutil.copytree(data / "files", tmp_path / "files")
        assert close_firms.run(utc_now()).done == 1
        (number,) = journal.read().done
        put_back(rows)  # database and files of the night before; keys and the journal lie apart
        shutil.copytree(tmp_path / "files", data / "files", dirs_exist_ok=True)
        assert db.session.query(Firm).filter_by(public_id=public_id).one()
        app.extensions["queue"].huey.storage.close()
        db.session.remove()
        db.engine.dispose()

    product = start()
    address = product.address()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(address + way_in)
    assert get(f"{address}/kvitto/{number}")[0] == 200
    with app.app_context():
        assert [firm.public_id for firm in db.session.query(Firm)] == [other]
        assert db.session.query(ErasureReceipt).one().number == number
        db.session.remove()
        db.engine.dispose()
    assert not (data / "files" / public_id).exists()
    assert (data / "keys" / f"{other}.key").exists()
