"""The heavy use cases; only tasks and commands import them, so web processes never load them."""
