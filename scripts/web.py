"""One of the web processes: a worker of gunicorn on a socket that is open already, without gunicorn's master."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.sock import create_sockets
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.test import Client

from blueprints.shared.folding import Compiled
from config import Settings
from extensions import db
from scripts.children import ENDINGS
from services import memory
from services.errors import place_of

EVERY = 200  # requests of one process
WARMING = ("/logga-in", "/registrera")


def serve(app: Flask, listener: socket.socket, settings: Settings) -> int:
    """Serve until TERM, then finish the requests in hand. Called in a process of its own, with ENDINGS blocked."""

    class Web(BaseApplication):
        def load_config(self) -> None:
            for name, value in options(settings, listener.detach()).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    web = Web()
    log = Log(web.cfg)
    sockets = create_sockets(web.cfg, log)
    worker = Worker(1, os.getppid(), sockets, web, web.cfg.timeout, web.cfg, log)
    worker.pid = os.getpid()
    try:
        worker.init_process()
    except SystemExit as ending:  # gunicorn's way out
        return int(bool(ending.code))
    return 0


class Worker(ThreadWorker):
    """gunicorn's, which now and then gives back the memory that its pages took."""

    gives_back_at = 0  # requests

    def notify(self) -> None:
        """Called between requests, and each second."""
        super().notify()
        if self.nr >= self.gives_back_at:
            memory.give_back()
            self.gives_back_at = self.nr + EVERY

    def set_accept_enabled(self, enabled: bool) -> None:
        """Called last before the end: gunicorn would wait half a minute for connections that only might say more."""
        super().set_accept_enabled(enabled)
        if self.alive:
            return
        self.wait_for_and_dispatch_events(timeout=0)  # what has been asked is answered
        for idle in (*self.keepalived_conns, *self.pending_conns):
            idle.timeout = 0
        self.murder_keepalived()
        self.murder_pending()


def warm_up(app: Flask, settings: Settings) -> None:
    """Draw a page, once, before the fork: what that loads the web processes share.

    Templates are compiled for their first reader and kept on disk; to load one from there takes 0.2 ms.
    """
    compiled = settings.DATA_DIR / "cache"
    compiled.mkdir(mode=0o700, exist_ok=True)
    app.jinja_env.bytecode_cache = Compiled(app, compiled)
    for path in WARMING:
        Client(app).get(path, base_url=settings.base_url)
    with app.app_context():
        db.engine.dispose()  # no connection may live on both sides of a fork


class Log(Logger):
    """gunicorn's log without what a request says: an address may hold the token of a mailed link."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(without_tokens)


def without_tokens(record: logging.LogRecord) -> bool:
    """Cut what follows the first part of a path, and of an exception keep its kind and places."""
    text = re.sub(r"(/[a-z-]+/)[^\s'\"]+", r"\1…", record.getMessage())
    error = record.exc_info[1] if record.exc_info else None
    record.msg, record.args, record.exc_info = (f"{text}: {place_of(error)}" if error else text), (), None
    return True


def hear_signals(worker: object) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def options(settings: Settings, descriptor: int) -> dict[str, object]:
    """gunicorn's settings."""
    return {
        "bind": f"fd://{descriptor}",
        "threads": settings.WEB_THREADS,
        "post_worker_init": hear_signals,
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108  (its heartbeat)
        "forwarded_allow_ips": "",  # the app's ProxyFix decides (PROXIES)
        "graceful_timeout": 30,
        "loglevel": "warning",
        "accesslog": None,  # a mailed link's first address holds its token
        "logger_class": Log,
    }
