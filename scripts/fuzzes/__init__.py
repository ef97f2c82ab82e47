"""What `scripts/fuzz` can try, a module each."""
