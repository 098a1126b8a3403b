"""The export formats of the survey platforms, one module each, and which platform uses which."""
