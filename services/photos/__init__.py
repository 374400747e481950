"""Photos of a quote: taken in by the web process, drawn by the worker, arranged, shown and frozen."""
