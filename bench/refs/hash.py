"""Reference: one check of a password's hash as the product's own, in a server like the product's, and nothing else."""

from dataclasses import fields

from argon2 import PasswordHasher
from flask import Flask

from config import Settings
from services.argon import is_right

app = Flask(__name__)
PASSWORD = "en lång mening"
DEFAULTS = {field.name: field.default for field in fields(Settings)}
HASHER = PasswordHasher(time_cost=DEFAULTS["ARGON2_TIME"], memory_cost=DEFAULTS["ARGON2_MEMORY_KIB"], parallelism=1)
STORED = HASHER.hash(PASSWORD)


@app.get("/")
def check() -> str:
    return f"<!doctype html><html lang=sv><title>Hej</title><h1>{is_right(STORED, PASSWORD)}</h1></html>"
