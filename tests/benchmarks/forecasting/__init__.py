"""The forecasting benchmark: real sets, peers, scores; `make bench-forecasting` runs all of it."""
