"""pandas: load, then every cuboid of up to three dimensions, on categories. Floats, no proof, no labels, no files.

Arguments: the table, its dimensions.
"""

import importlib
import itertools
import sys

pandas = importlib.import_module("pandas")  # never a dependency: the bench installs it for itself

table, *dimensions = sys.argv[1:]
frame = pandas.read_csv(
    table, usecols=[*dimensions, "amount"], dtype={"amount": "float64"} | dict.fromkeys(dimensions, "category")
)
cuboids = cells = 0
for size in (1, 2, 3):
    for chosen in itertools.combinations(dimensions, size):
        found = frame.groupby(list(chosen), observed=True)["amount"].agg(["sum", "count"])
        cuboids, cells = cuboids + 1, cells + len(found)
print(f"{cuboids} cuboids, {cells} cells")
