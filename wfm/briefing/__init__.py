"""What matters now: the next step of each room, queues at risk today, people who need attention."""
