"""The object store of published datasets: every key, what a manifest says, and what a publication intends. Values only."""
