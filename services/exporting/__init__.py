"""Taking the data out: a ZIP of everything a firm has, made in the background."""
