"""A firm comes from another installation, with everything that it had there."""
