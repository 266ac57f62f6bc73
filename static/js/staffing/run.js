// A run's page: when its job has ended, show what it brought.

document.body.addEventListener("job:ended", () => location.reload());
