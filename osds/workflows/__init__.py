"""GitHub's workflow files as data: what starts them, what they call, and when their schedules are due."""
