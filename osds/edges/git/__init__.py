"""git, by its command line: repositories read, written and mirrored without a checkout."""
