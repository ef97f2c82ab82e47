"""A core dataset that updates itself: what may change, what did change, and the words for it. Values only."""
