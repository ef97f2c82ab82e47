"""What is wrong with a dataset's or a registry's automation, and whose fault it is: facts in, diagnoses out."""
