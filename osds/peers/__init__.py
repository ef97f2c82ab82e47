"""What other services were told to check (goodtables.io, Frictionless CI), and the workflow of osds in their place."""
