"""Proving rows good at the speed of an engine, so that frictionless need only judge the doubtful ones.

Sound in one direction by construction: a rule is true only where frictionless certainly accepts. The engine may doubt a
good row, it never passes a bad one; every error is made by frictionless itself.
"""
