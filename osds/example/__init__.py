"""The budget of an invented municipality: a small dataset that shows what osds does."""
