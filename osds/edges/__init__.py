"""The outside world, one thing each: files, git, GitHub, object stores, the Actions runner, the terminal."""
