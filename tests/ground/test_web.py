"""A web process and the connections that it holds."""

from __future__ import annotations

import http.client
import os
import selectors
import socket
from urllib.parse import urlsplit

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from scripts.web import Log, Worker

PIECE = b"x" * 65_536


def test_at_the_end_nobody_waits_for_a_connection_that_is_only_kept():
    """A proxy keeps some for the next visitor: gunicorn waits half a minute for what they might say."""
    config = Config()
    worker = Worker(1, os.getppid(), [], None, 30, config, Log(config))
    worker.poller = selectors.DefaultSelector()
    ours, theirs = socket.socketpair()
    kept = TConn(config, ours, None, None)
    kept.set_timeout()
    worker.keepalived_conns.append(kept)
    worker.poller.register(ours, selectors.EVENT_READ)
    worker.nr_conns = 1
    worker.alive = False
    worker.set_accept_enabled(False)
    assert (worker.nr_conns, theirs.recv(1)) == (0, b"")
    theirs.close()
    worker.poller.close()
    worker.tmp.close()


@pytest.mark.parametrize("mime", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_is_too_large_is_answered_with_a_page(start, mime):
    """A browser and a proxy read no answer on a connection that breaks while they still send."""
    address = urlsplit(start().address())
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.putrequest("POST", "/logga-in")
    connection.putheader("Content-Type", mime)
    connection.putheader("Content-Length", str(200 * len(PIECE)))
    connection.endheaders()
    for _ in range(200):
        connection.send(PIECE)
    answer = connection.getresponse()
    assert (answer.status, "Filen är för stor" in answer.read().decode()) == (413, True)
    connection.request("GET", "/logga-in")
    assert connection.getresponse().status == 200  # on the same connection
    connection.close()
