"""The customer's page: the link, the options, the thread; what a GET may not do."""

from __future__ import annotations


def test_the_page_by_the_mailed_link(sent):
    page = sent.get()
    assert page.status_code == 200
    assert "Badrum, Granstigen 4" in page.text
    assert page.headers["Cache-Control"] == "no-store"
