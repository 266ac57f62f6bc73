"""Template tags of the adherence room."""
