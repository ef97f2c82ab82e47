"""The dataset as a Data Package: its files and its descriptor, before anybody reads a table."""
