"""How fast and how heavy the product is, beside references measured in the same run: docs/performance.md."""
