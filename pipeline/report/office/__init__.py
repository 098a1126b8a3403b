"""Released results for the programs of an office: a workbook, slides and a text document."""
