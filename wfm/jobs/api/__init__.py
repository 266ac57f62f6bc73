"""Jobs over REST: watch and cancel."""
