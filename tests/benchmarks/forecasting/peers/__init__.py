"""What the engine is compared with; every peer takes a case and returns a prediction."""
