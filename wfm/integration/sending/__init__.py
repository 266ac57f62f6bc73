"""What it takes to post a message to a stranger's address safely."""
