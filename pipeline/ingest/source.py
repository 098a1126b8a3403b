"""What the study says about each export and about screening."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExportSource:
    """One survey export, as the study names it.

    Attributes
    ----------
    file : Path
        Path of the export, relative to the study.
    site_column : str, optional
        Heading or code of the column that tells the site. Without it the platform's own column
        for sites is used, the one that the map of names knows before that of the platform, or
        else the name of the file, as one site.
    platform : str, optional
        Name of the survey platform; found out from the file when absent.
    dictionary : Path, optional
        Data dictionary of a REDCap project.
    mapping : Path, optional
        Mapping file of the generic reader.
    name_map : Path, optional
        Map of names that was written together with the form for the platform.
    """

    file: Path
    site_column: str | None
    platform: str | None = None
    dictionary: Path | None = None
    mapping: Path | None = None
    name_map: Path | None = None

    @property
    def name(self) -> str:
        """The file as it appears in tables and messages."""
        return self.file.as_posix()


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """When a respondent counts as careless.

    Attributes
    ----------
    exclude_from_flags : int
        Respondents with at least this many strong flags are left out.
    seconds_per_item : float
        Less time than this an item is speeding.
    """

    exclude_from_flags: int = 2
    seconds_per_item: float = 2.0
