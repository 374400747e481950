"""What of a firm's data the law on bookkeeping keeps, and where it lies once the rest is erased."""
