"""From survey exports to reports."""

__version__ = "0.1.0"
