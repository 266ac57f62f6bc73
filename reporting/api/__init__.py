"""Service levels and metric definitions over REST."""
