"""Static files: addresses carry a hash of the content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, g
from whitenoise import WhiteNoise

from blueprints.shared import folding
from blueprints.shared.headers import always

HASH_CHARACTERS = 10


class Assets(WhiteNoise):
    """Serves static/ with pre-compressed copies under names that hold a content hash: css/app.1a2b3c4d5e.css."""

    def __init__(self, application: Callable[..., Any], folder: Path, *, is_https: bool) -> None:
        self.folder, self.always = folder, always(is_https=is_https)
        self.hashed: dict[str, str] = {}
        super().__init__(
            application,
            allow_all_origins=False,
            immutable_file_test=lambda path, url: True,
            add_headers_function=lambda headers, path, url: self.secure(headers),
        )
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix not in (".br", ".gz"):
                name = file.relative_to(folder).as_posix()
                digest = hashlib.sha256(file.read_bytes()).hexdigest()[:HASH_CHARACTERS]
                stem, dot, ending = name.rpartition(".")
                # the stylesheet names the font, so the font's own name already holds its digest
                self.hashed[name] = f"/static/{name if stem.endswith(digest) else f'{stem}.{digest}{dot}{ending}'}"
                self.add_file_to_dictionary(self.hashed[name], str(file))

    def secure(self, headers: Any) -> None:
        for name, value in self.always.items():
            headers[name] = value

    def address(self, name: str) -> str:
        """The address of a static file. Raises KeyError for one that does not exist."""
        return self.hashed[name]


def register(app: Flask) -> None:
    static = Assets(app.wsgi_app, Path(app.root_path) / "static", is_https=app.config["SETTINGS"].is_https)
    app.wsgi_app = static  # type: ignore[method-assign]
    folding.fold(app, "asset", static.address, made_from=static.hashed)

    @app.template_global()
    def stylesheet(name: str) -> str:
        """The address of the page's stylesheet: firma or kund (scripts/assets.py)."""
        g.stylesheet = static.address(f"made/{name}.css")
        return str(g.stylesheet)

    @app.after_request
    def _early(answer: Response) -> Response:
        """Name the stylesheet in the head of the answer, which is read before the page: a slow phone asks sooner."""
        if "stylesheet" in g:
            answer.headers["Link"] = f"<{g.stylesheet}>; rel=preload; as=style"
        return answer
