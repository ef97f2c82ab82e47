"""The faces of a report: text, JSON, annotations, job summary. Each is a function from values to text."""
