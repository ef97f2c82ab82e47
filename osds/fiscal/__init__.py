"""The fiscal meaning of a dataset: measures, dimensions, hierarchies, in whichever form the descriptor states them.

`compile.compile_model` is the door: a descriptor goes in, one `FiscalModel` and the findings on it come out.
"""
