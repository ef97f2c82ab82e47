"""The fiscal meaning of a dataset: measures, dimensions, hierarchies, in whichever form the descriptor states them."""
