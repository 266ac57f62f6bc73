"""The day in hand: what comes against what was planned, what is at risk, and what to do about it."""
