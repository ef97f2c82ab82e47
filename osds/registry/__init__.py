"""The registry as values: its catalog, its log, its policy, and what entering a dataset would change."""
