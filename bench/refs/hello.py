"""Reference H: the least that Flask can answer."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "<!doctype html><html lang=sv><title>Hej</title><h1>Hej</h1></html>"
