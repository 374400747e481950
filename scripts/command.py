"""./run flask ...: one command of the product, on a database that is up to date."""

from __future__ import annotations

import sys

from flask.cli import FlaskGroup

from cli import register_commands
from scripts.prepare import open_app, prepare, read_settings
from services import schema

# these look at the database as it is, or change its shape themselves
AS_IT_IS = {"db", "doctor"}


def main() -> None:
    settings = read_settings()
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    app = open_app(settings) if named in AS_IT_IS or not named else prepare(settings)
    register_commands(app)
    if named == "db":
        with app.app_context():
            schema.tools()
    FlaskGroup(create_app=lambda: app).main(prog_name="./run flask")


if __name__ == "__main__":
    main()
