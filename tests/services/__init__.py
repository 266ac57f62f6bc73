"""What the root fixtures need: databases from a template, flushing, waiting."""
