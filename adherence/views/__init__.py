"""Pages of the adherence room and the agent portal."""
