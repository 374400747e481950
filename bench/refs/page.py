"""Reference P: Flask, one SQLite query of 50 rows out of 10,000, and a Jinja page of about 9 kB.

The page names a small stylesheet, as pages do: its paint on a slow network is two round trips away, not one.
"""

import os
import sqlite3
import threading

from flask import Flask, Response, render_template
from jinja2 import DictLoader

app = Flask(__name__)
local = threading.local()
FILE = os.environ["REFERENCE_DB"]
STYLE = "body { font: 16px/1.4 sans-serif; margin: 1rem } td { padding: .25rem .5rem } .num { text-align: right }"
PAGE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rows</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>Rows</h1>
<table><thead><tr><th>Number</th><th>Title</th><th>Customer</th><th>Amount</th></tr></thead><tbody>
{% for row in rows %}
<tr><td><a href="/rows/{{ row["id"] }}">{{ row["number"] }}</a></td>
<td>{{ row["title"] }} <small>{{ row["city"] }}</small></td><td>{{ row["customer"] }}</td>
<td class="num">{{ row["amount"] }} kr</td></tr>
{% endfor %}
</tbody></table></main></body></html>
"""
app.jinja_loader = DictLoader({"page.html": PAGE})


def fill() -> None:
    """10,000 rows, once."""
    with sqlite3.connect(FILE) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(
            "CREATE TABLE IF NOT EXISTS row "
            "(id INTEGER PRIMARY KEY, number TEXT, title TEXT, city TEXT, customer TEXT, amount INTEGER, at TEXT)"
        )
        if not db.execute("SELECT count(*) FROM row").fetchone()[0]:
            rows = [
                (f"2026-{n:05d}", f"Badrum på Granstigen {n}", "Lillhamra", f"Karin Almgren {n}", n * 137, f"{n:08d}")
                for n in range(10_000)
            ]
            db.executemany(
                "INSERT INTO row (number, title, city, customer, amount, at) VALUES (?, ?, ?, ?, ?, ?)", rows
            )
            db.execute("CREATE INDEX ix_row_at ON row (at)")


fill()


@app.get("/style.css")
def style() -> Response:
    return Response(STYLE, mimetype="text/css")


@app.get("/")
def rows() -> str:
    db = getattr(local, "db", None)
    if db is None:
        db = local.db = sqlite3.connect(FILE)
        db.row_factory = sqlite3.Row
    found = db.execute("SELECT * FROM row ORDER BY at DESC LIMIT 50").fetchall()
    return render_template("page.html", rows=found)
