"""What the product is measured against: each file is all that its reference is."""
