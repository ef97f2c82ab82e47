"""What is doubtful in the figures themselves: lines and totals that stand twice, years that are missing, signs.

`fiscal.lint` looks at the descriptor, `tables` at single cells; this room needs all rows. Nothing here is an error.
"""
