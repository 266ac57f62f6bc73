"""The requirement over REST."""
