"""What exists in the demo (and in tests) alone: the outbox page, the demo's people, one process that is everything."""
