"""Guessing a descriptor from tables: types, dialect, measures and dimensions. A guess is always marked and explained."""
