"""The schedule over REST."""
