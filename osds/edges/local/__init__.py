"""This computer: files and processes."""
