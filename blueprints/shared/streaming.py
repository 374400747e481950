"""A large upload, piece by piece: of the file nothing lies in memory, and nothing in clear on the disk.

The usual way reads a form whole before anything is asked, into a temporary file. Here the fields that stand before the
file are read first, the token among them; then the guard asks who it is; and the view takes the file's pieces as they
come. The file is the form's last field.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData
from wtforms import ValidationError

from blueprints.shared.requests import STREAMS
from extensions import csrf

F = TypeVar("F", bound=Callable[..., ResponseReturnValue])
FORM = "multipart/form-data"
PIECE_BYTES = 64 * 1024
MOST_FIELD_BYTES = 4 * 1024
MOST_FIELDS = 20
PIECE_SECONDS = 60  # for each piece, or it is given up: dripping, an upload would hold a thread for weeks
REST_SECONDS = 30  # for what is not wanted, and so many bytes of it
MOST_REST_BYTES = 64 * 1024 * 1024


class Broken(Exception):
    """The upload ended too early, or is not in the form that a browser sends."""


class TooLong(Exception):
    """More came than may."""


class Upload:
    """A form with one file at its end, read as it comes."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._events = _events()
        if request.mimetype == FORM:
            self._read_fields()
        else:  # without a file; small, or refused
            self.fields = request.form.to_dict()

    def pieces(self) -> Iterator[bytes]:
        """The file's bytes, once. Raises Broken, TooLong."""
        for event in self._events:
            if isinstance(event, Data):
                yield event.data
                if not event.more_data:
                    break
        for _rest in self._events:  # what stands after it is no field of ours; the end must be there
            pass

    def _read_fields(self) -> None:
        name, typed = "", b""
        for event in self._events:
            if isinstance(event, File):
                self.file_name = event.filename
                return
            if isinstance(event, Field):
                name, typed = event.name, b""
            elif isinstance(event, Data):
                typed += event.data
                if len(typed) > MOST_FIELD_BYTES:
                    raise Broken
                if not event.more_data:
                    self.fields[name] = typed.decode(errors="replace")


def streams(most_bytes: Callable[[], int]) -> Callable[[F], F]:
    """Let a view take an upload of at most so many bytes as it comes, from who is logged in: `upload()` has it."""

    def mark(view: F) -> F:
        setattr(view, STREAMS, most_bytes)
        csrf.exempt(view)  # it would read the whole form to find the token
        return view

    return mark


def register(app: Flask) -> None:
    @app.before_request
    def _begin() -> None:
        """Read up to the file. Without a good token the answer is 403, whoever asks."""
        most_bytes = getattr(app.view_functions.get(request.endpoint or ""), STREAMS, None)
        if most_bytes is None or request.method != "POST":
            return
        if current_user.is_authenticated and request.mimetype == FORM:
            request.max_content_length = most_bytes()
        try:
            g.upload = Upload()
        except Broken:
            raise BadRequest from None
        except TooLong:
            raise RequestEntityTooLarge from None
        try:
            validate_csrf(g.upload.fields.get("csrf_token"))
        except ValidationError as error:
            raise CSRFError(error.args[0]) from None

    @app.after_request
    def _end(answer: Response) -> Response:
        """A refusal is read by nobody who still sends: first the rest comes in, or the connection breaks."""
        if request.method == "POST" and answer.status_code >= 400:
            _drop_rest()
        return answer


def upload() -> Upload:
    """What comes in with this request."""
    found: Upload = g.upload
    return found


def _events() -> Iterator[Event]:
    """The parts of the request's form. Raises Broken, TooLong."""
    boundary = request.mimetype_params.get("boundary", "")
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), 4 * PIECE_BYTES, max_parts=MOST_FIELDS)
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(_read() or None)
            else:
                yield event
    except RequestEntityTooLarge:
        raise TooLong from None
    except (ValueError, OSError, BadRequest):  # no form, a silent or closed connection, a cut one
        raise Broken from None


def _read() -> bytes:
    with _at_most(PIECE_SECONDS):
        return request.stream.read(PIECE_BYTES)


def _drop_rest() -> None:
    source, left = request.environ["wsgi.input"], MOST_REST_BYTES  # not request.stream, which ends at what is wanted
    with _at_most(REST_SECONDS), contextlib.suppress(OSError):
        while left > 0 and (piece := source.read(PIECE_BYTES)):
            left -= len(piece)


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Nothing more comes in after that time."""
    connection = request.environ.get("gunicorn.socket")
    end = threading.Timer(seconds, _hang_up, (connection,))
    if connection is not None:
        end.start()
    try:
        yield
    finally:
        end.cancel()


def _hang_up(connection: socket.socket) -> None:
    """Nothing more is read of it: a timeout of the socket's own begins anew with each byte. It can be answered."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
