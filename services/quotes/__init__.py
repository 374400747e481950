"""Quotes: the list, the draft, its lines, and what is sent of them."""
