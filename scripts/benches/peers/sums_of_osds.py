"""osds, without judging the table again: read, add up, name, prove, write. Arguments: folder, rows, output, memory, most."""

import json
import sys
from pathlib import Path

from osds.aggregates.build import aggregate
from osds.aggregates.bundle import Source
from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.progress import Silent
from osds.settings import Settings
from osds.tables.text import TableText

folder, rows, output, memory, most = sys.argv[1:]
package = read_package(json.loads((Path(folder) / "datapackage.json").read_text(encoding="utf-8")))
model, _ = compile_model(package)
(resource,) = package.resources
names = tuple(field.name for field in resource.fields)
path = Path(folder) / resource.paths[0]
text = TableText(resource=resource.name, paths=(path,), fields=names, missing_values=("",), rows=int(rows))
assert model is not None
done = aggregate(
    package,
    model,
    {resource.name: text},
    Settings(max_members=100_000, max_cells=int(most), memory=memory),
    Path(output),
    source=Source(name=package.name, descriptor_sha256="0" * 64),
    progress=Silent(),
)
assert done.bundle is not None, done.findings
cells = sum(file.cells for file in done.bundle.files)
print(f"{len(done.bundle.files)} cuboids, {cells} cells, {len(done.bundle.skipped)} left out")
