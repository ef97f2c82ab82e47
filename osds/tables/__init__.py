"""Judging the rows of tables. frictionless is the judge: its codes, its row and field numbers, its words."""
