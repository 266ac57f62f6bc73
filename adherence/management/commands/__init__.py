"""Commands of the adherence room."""
