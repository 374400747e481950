"""Requests for a quote through a firm's public form: taken in, read, answered, forgotten."""
