"""From survey exports to reports: instrument -> ingest -> score -> psychometrics -> benchmark -> report."""

__version__ = "0.1.0"
