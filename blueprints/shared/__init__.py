"""What every page shares: guards, errors, filters, forms, htmx answers."""
