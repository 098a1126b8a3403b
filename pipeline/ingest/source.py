"""What the study says about each export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Recodes = Literal["refuse", "undo"]
SamePerson = Literal["most_answers", "first", "last"]


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
    definition : Path, optional
        Definition of the survey that the platform exports: the QSF of Qualtrics, the data
        dictionary of REDCap, the R syntax or structure of LimeSurvey, the XLSForm of KoBoToolbox
        and ODK.
    mapping : Path, optional
        Mapping file of the generic reader.
    name_map : Path, optional
        Map of names that was written together with the form for the platform.
    encoding : str, optional
        Encoding of a text file; found out when absent.
    wave : str, optional
        Survey round of the answers; that of the study when absent.
    occasions : mapping
        Survey round by the occasion that the platform notes, such as an event of REDCap.
    person_column : str, optional
        Heading of the column with a key of the person that is the same in every wave.
    recodes : {"refuse", "undo"}
        What to do where the export stores an answer under another number than the questionnaire.
    attention_checks : mapping
        The answer that a column of the export asks for, by the heading of the column.
    asked : frozenset of str, optional
        Answer columns that the form of this export asks; all of them when absent.
    """

    file: Path
    site_column: str | None
    platform: str | None = None
    definition: Path | None = None
    mapping: Path | None = None
    name_map: Path | None = None
    encoding: str | None = None
    wave: str | None = None
    occasions: Mapping[str, str] = field(default_factory=dict)
    person_column: str | None = None
    recodes: Recodes = "refuse"
    attention_checks: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """The file as it appears in tables and messages."""
        return self.file.as_posix()
