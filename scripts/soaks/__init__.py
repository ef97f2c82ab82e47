"""The soaks, one module for each kind of trouble. `scripts/soak` runs them."""
