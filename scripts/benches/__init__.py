"""The benches, one module for each kind of work. `scripts/bench` runs them."""
