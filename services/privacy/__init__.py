"""What personal data lies where, and how all of a firm's data is erased."""
