"""osds: the OpenSpending DataStore kit.

Budgets and spending are kept as flat files: one dataset, one git repository, one Fiscal Data Package.
This package validates such datasets, aggregates them, publishes the aggregates and registers the dataset (OSEP-06).
"""

__version__ = "0.1.0"
