"""What a look at an export found, without an answer or an id of any person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.problems import Problem


@dataclass(frozen=True, slots=True)
class RowsFound:
    """The rows of an export.

    Attributes
    ----------
    n_rows : int
        All of them.
    n_joined : int
        Rows that were joined to another row of their record.
    reasons : mapping
        How many are left out for each reason.
    n_unfinished : int, optional
        How many of the others were not answered to the end; None where that is not told.
    n_shared_ids : int
        Response ids that stand in rows with different answers.
    n_equal_without_id : int
        Rows equal in every cell to an earlier one, without an id that would tell them apart.
    languages : mapping
        How many of the rows that count were answered in each language.
    days : (str, str), optional
        First and last day of the rows that count.
    n_analysed : int, optional
        Rows that would be analysed; None while something has to be mended.
    """

    n_rows: int
    n_joined: int
    reasons: Mapping[str, int]
    n_unfinished: int | None
    n_shared_ids: int
    n_equal_without_id: int
    languages: Mapping[str, int]
    days: tuple[str, str] | None
    n_analysed: int | None


@dataclass(frozen=True, slots=True)
class FormFit:
    """How many item columns of a form, with some optional sections, an export has."""

    form: str
    sections: tuple[str, ...]
    n_found: int
    n_items: int


@dataclass(frozen=True, slots=True)
class ColumnsFound:
    """The columns of an export.

    Attributes
    ----------
    n_questions : int
        Columns that hold what people answered, whatever the questionnaire.
    n_worded : int
        Answer columns that were found by the wording of their question.
    n_items : int
        Item columns that are expected.
    missing : tuple of str
        Those that are not there.
    n_not_mapped : int
        Items of the questionnaire that the map of names does not name, so were not asked.
    forms : tuple of FormFit
        The forms that fit best, where this one fits badly.
    n_other_form : int
        Columns of the questionnaire that only other forms ask, so they are not used.
    unknown, personal : tuple of str, optional
        Headings of columns that are not used, and of those that are dropped as personal; None
        where the first row may hold no headings.
    n_like_text : int
        Columns that are not known and hold long texts or mail addresses.
    n_open : int
        Columns of questions that are answered in one's own words.
    """

    n_questions: int
    n_worded: int
    n_items: int
    missing: tuple[str, ...]
    n_not_mapped: int
    forms: tuple[FormFit, ...]
    n_other_form: int
    unknown: tuple[str, ...] | None
    personal: tuple[str, ...] | None
    n_like_text: int
    n_open: int


@dataclass(frozen=True, slots=True)
class OutsideScale:
    """Columns with the same answers that are none.

    Attributes
    ----------
    columns : tuple of (str, int)
        Heading of each column, and how many of its cells are meant.
    allowed : str
        The answers in words.
    examples : tuple of str
        Some of these cells; empty where they could be personal.
    """

    columns: tuple[tuple[str, int], ...]
    allowed: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SitesFound:
    """The sites of the rows that count.

    Attributes
    ----------
    heading : str, optional
        Column that tells them; without one the name of the file is the site.
    sizes : tuple of int
        Rows of each site, from few to many.
    spellings : tuple of str
        How the sites are written.
    n_hidden : int
        Spellings that are not told, because they could be names of people or worse.
    """

    heading: str | None
    sizes: tuple[int, ...]
    spellings: tuple[str, ...]
    n_hidden: int


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """What can be told about an export before a study is run.

    Attributes
    ----------
    file : str
        The file, as it was named.
    platform : str, optional
        Where it comes from; with `signs`, by which that can be seen.
    layout : str
        Which of the platform's ways of writing an export it is.
    notes : tuple of str
        What a person should know about how it was read.
    form, version, read_with : str
        Form and version of the questionnaire that the map of names tells, and the version that
        is read; empty without a map.
    rows, columns, sites : optional
        What is in it, as far as it could be read.
    outside : tuple of OutsideScale
        Answers that are none.
    problems : tuple of Problem
        What has to be mended.
    """

    file: str
    platform: str | None = None
    signs: tuple[str, ...] = ()
    layout: str = ""
    notes: tuple[str, ...] = ()
    form: str = ""
    version: str = ""
    read_with: str = ""
    rows: RowsFound | None = None
    columns: ColumnsFound | None = None
    sites: SitesFound | None = None
    outside: tuple[OutsideScale, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.problems
