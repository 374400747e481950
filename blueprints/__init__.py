"""HTTP: one folder per noun in the address."""
