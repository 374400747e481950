"""The web: gunicorn on a socket that is open already, with the background work at its side."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger
from werkzeug.test import Client

from blueprints.shared.folding import Compiled
from config import Settings
from extensions import db
from scripts.children import ENDINGS, leave, stand_alone
from services.errors import place_of

WARMING = ("/logga-in", "/registrera")


def serve(app: Flask, listener: socket.socket, settings: Settings, background: int) -> int:
    """Serve until TERM, then finish the requests in hand. `background` is a child: it ends with this, and this with it.

    It is called with ENDINGS blocked: none is lost before there is somebody to hear it.
    """

    class Web(BaseApplication):
        def load_config(self) -> None:
            for name, value in options(settings, listener.detach()).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

        def run(self) -> None:
            Master(self, background).run()

    try:
        Web().run()
    except SystemExit as ending:  # gunicorn's way out
        return int(bool(ending.code))
    return 0


def warm_up(app: Flask, settings: Settings) -> None:
    """Compile the templates and draw a page, once, before the fork: the web processes share what that takes.

    Without this each of them pays for it with its first visitors' time and 9 MB of its own.
    """
    compiled = settings.DATA_DIR / "cache"
    compiled.mkdir(mode=0o700, exist_ok=True)
    app.jinja_env.bytecode_cache = Compiled(app, compiled)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
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


class Master(Arbiter):
    """gunicorn's master, but one that shares its life with the background work, and that always ends in peace.

    A new worker cannot miss the signal to end: between its fork and its own handlers it would swallow TERM with the
    handlers it inherited, and the master would wait for it until graceful_timeout.
    """

    def __init__(self, app: BaseApplication, background: int) -> None:
        self.background = background
        super().__init__(app)

    def init_signals(self) -> None:
        super().init_signals()
        hear_signals()

    def manage_workers(self) -> None:
        if self._background_is_gone():
            print("Handslag's background work ended; ending the rest.", file=sys.stderr, flush=True)
            raise HaltServer("the background work ended", 1)
        super().manage_workers()

    def _background_is_gone(self) -> bool:
        if self.background:
            with suppress(ChildProcessError):  # gunicorn has taken note of its end already
                if os.waitpid(self.background, os.WNOHANG)[0] == 0:
                    return False
        self.background = 0
        return True

    def spawn_worker(self) -> Any:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        try:
            return super().spawn_worker()
        except SystemExit as ending:  # of the worker: only the child comes here
            leave(ending.code if isinstance(ending.code, int) else int(ending.code is not None))
        finally:
            hear_signals()

    def handle_int(self) -> None:
        raise StopIteration

    handle_quit = handle_hup = handle_int

    def stop(self, graceful: bool = True) -> None:
        if not self._background_is_gone():
            os.kill(self.background, signal.SIGTERM)
        super().stop(graceful)
        if self.background:
            with suppress(ChildProcessError):
                os.waitpid(self.background, 0)


def hear_signals(worker: object = None) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def begin(master: object, worker: object) -> None:
    stand_alone("handslag-web")


def options(settings: Settings, descriptor: int) -> dict[str, object]:
    """gunicorn's settings."""
    return {
        "bind": f"fd://{descriptor}",
        "worker_class": "gthread",
        "workers": settings.WEB_WORKERS,
        "threads": settings.WEB_THREADS,
        "preload_app": True,
        "post_fork": begin,
        "post_worker_init": hear_signals,
        "control_socket_disable": True,  # it would open one in the home folder
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108  (its heartbeat)
        "forwarded_allow_ips": "",  # the app's ProxyFix decides (PROXIES)
        "timeout": 60,
        "graceful_timeout": 30,
        "loglevel": "warning",
        "accesslog": None,  # a mailed link's first address holds its token
        "logger_class": Log,
        "proc_name": "handslag",
    }
