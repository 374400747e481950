"""What a deal is called by its kind, for pages: the words of documents/kinds.py."""

from documents.kinds import noun, the, the_first

__all__ = ["noun", "the", "the_first"]
