"""What can be done: one public function is one use case is one transaction.

Shared steps that never commit: scope, events, outbox (queue), numbers, tokens, storage, once.
"""
