"""The text of a new configuration: every key with a sentence on what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import yaml

from pipeline.problems import InputError, Problem

CONFIG = "config"
NOT_IN_NAMES = "{}"
"""What a workflow reads as places to fill in when it stands in the name of a file."""

LONGEST_NAME = 60
LONGEST_LINE = 96
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./()-]*")

OF_AN_EXPORT: Mapping[str, tuple[str, str]] = {
    "site_column": ("Site", "Heading of the column that tells the site."),
    "platform": ("qualtrics", "Survey platform, only where it cannot be told from the file."),
    "definition": (
        "data/0_raw/dictionary.csv",
        "Definition of the survey that the platform exports (QSF, data dictionary, XLSForm, R "
        "syntax).",
    ),
    "mapping": ("config/mapping.yaml", "Mapping file, for a file of another origin."),
    "name_map": (
        "data/0_raw/name_map.csv",
        "The name_map.csv that `python -m pipeline export` wrote together with the form.",
    ),
    "encoding": ("cp1252", "Encoding of a text file, only where it cannot be told."),
    "form": ("short", "Form that this export asked, where it is not that of the study."),
    "wave": ("2027 spring", "Survey round of this export, where it is not that of the study."),
    "occasions": (
        "{baseline_arm_1: 2026 autumn, followup_arm_1: 2027 autumn}",
        "Survey round by the occasion the platform notes, such as an event of REDCap.",
    ),
    "person_column": (
        "Study key",
        "Column with a key of the person that is the same in every round; needs `linkage`.",
    ),
    "recodes": (
        "refuse",
        "Answers stored under another number than in the questionnaire: `refuse` them, or `undo` "
        "it by reading them by their labels.",
    ),
}
"""Every key that an export may have besides its file, with an example and what it is for."""

COMPARED = """\
# Parts of the programme, such as areas: the ids of their sites, or further parts.
# clusters:
#   North: [site_1, site_2]
#   South:
#     Coast: [site_3]
#     Inland: [site_4, site_5]
# Questions about the person by which site means are adjusted, beside the plain means.
# case_mix: [invlength]"""

SETTINGS = """\
# Which response counts when one person gave several in a survey round and site: most_answers,
# first or last.
# same_person: most_answers

# Which responses count as careless.
# screening:
#   # A response with at least this many strong signs of carelessness is left out.
#   exclude_from_flags: 2
#   # Answering faster than this many seconds an item is such a sign.
#   seconds_per_item: 2.0
#   # Which signs count towards that; without this key the usual ones.
#   strong: [straight_line, inconsistent, speeding]
#   # Columns that only ask for a certain answer, and that answer.
#   attention_checks:
#     Please choose agree: Agree

# How the statistics are made.
# psychometrics:
#   # How sure the intervals in the reports are to hold the true value.
#   confidence_level: 0.95
#   # How many random data sets the number of factors is compared with.
#   parallel_replications: 200
#   # How many samples are drawn anew from the answers for intervals without a formula.
#   bootstrap_replications: 200
#   # From so many respondents on, factors are explored in one half and confirmed in the other.
#   split_from: 1000
#   # Samples drawn to find limits of fit for this very model: 100 or more for a report, 0 for none.
#   cutoff_draws: 25
#   # Respondents each of two groups needs for a test whether the items mean the same in them.
#   group_minimum: 200
#   # Start of the random numbers; the same seed gives the same results.
#   seed: 20240313

# What may be shown.
# disclosure:
#   # Nothing is shown about fewer people than this.
#   minimum_n: 11
#   # Why a smaller number is justified; needed below 11, and printed on every report.
#   override_reason: ...

# In how many parts the sites are worked on; it changes no result.
# batches: 8
"""


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One export in the configuration.

    Attributes
    ----------
    file : str
        Path of the export.
    remarks : tuple of str
        What was found out about it.
    keys : mapping
        Keys that are written, with their values.
    reasons : mapping
        Why, by key; a key that is not written is told as one to think about.
    offered : tuple of (str, str)
        Keys with a value that are commented out.
    """

    file: str
    remarks: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StudyDraft:
    """What a configuration says.

    Attributes
    ----------
    name : str
        Name of the study; its folders have it too.
    instrument, form : str
        Folder of the questionnaire, and which form of it was asked.
    sections : tuple of str
        Optional sections that were asked as well.
    wave, wave_reason : str
        Label of the survey round, and where it comes from.
    exports : tuple of ExportEntry
        At least one.
    sites : str, optional
        List of the sites.
    sites_reason : str
        Where the list comes from, or why there is none.
    notes : tuple of str
        What could not be found out.
    """

    name: str
    instrument: str
    form: str
    sections: tuple[str, ...]
    wave: str
    wave_reason: str
    exports: tuple[ExportEntry, ...]
    sites: str | None
    sites_reason: str
    notes: tuple[str, ...] = ()


def new_study_problems(name: str, files: Sequence[str], folder: str) -> Iterator[Problem]:
    """Why a study of this name cannot be made of these files, before any of them is read.

    Parameters
    ----------
    name : str
        Name of the study.
    files : sequence of str
        Its exports and what goes with them.
    folder : str
        Folder of the questionnaire.
    """
    if _NAME.fullmatch(name) is None or name.startswith("-") or len(name) > LONGEST_NAME:
        cure = (
            f"is no name of a study: write letters, digits, - and _ only, at most {LONGEST_NAME}, "
            "such as riverside"
        )
        yield Problem(_printable(name), cure)
        return
    made = [Path(CONFIG, f"{name}.yaml"), Path(CONFIG, f"{name}_sites.csv")]
    made += sorted(Path(CONFIG).glob(f"{name}_mapping_*.yaml"))
    made += [Path("data", name), Path("reports", name)]
    for path in made:
        if path.exists() or path.is_symlink():
            cure = "is there already and is not written over; choose another name for the study"
            yield Problem(path.as_posix(), cure)
    yield from _file_problems(files, folder)


def _file_problems(files: Sequence[str], folder: str) -> Iterator[Problem]:
    outside = [file for file in (*files, folder) if not _is_inside(file)]
    if outside:
        cure = (
            "every file must lie in this folder, named without '..'; copy such files into "
            "data/0_raw and name them from there"
        )
        yield Problem(_printable(", ".join(outside)), cure)
    for file in files:
        if file in outside:
            continue
        if not Path(file).exists():
            yield Problem(_printable(file), "there is no such file; correct its name")
        elif not Path(file).is_file():
            yield Problem(_printable(file), "is no file; name the files in it")
        elif not set(file).isdisjoint(NOT_IN_NAMES) or not file.isprintable():
            cure = "has braces or marks nobody sees in its name; give the file a plain name"
            yield Problem(_printable(file), cure)


def _is_inside(file: str) -> bool:
    parts = PurePosixPath(file.replace("\\", "/"))
    here = Path.cwd().resolve()
    stays = (here / file).resolve().is_relative_to(here) if "\0" not in file else False
    return stays and not parts.is_absolute() and ".." not in parts.parts and ":" not in file


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def write_new(contents: Mapping[Path, str]) -> None:
    """Write new files, all of them or none; no file that is there is written over.

    Raises
    ------
    InputError
        If one of them cannot be written.
    """
    made: list[Path] = []
    is_whole = False
    try:
        for path, text in contents.items():
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                made.append(path)
                file.write(text.encode("utf-8"))
        is_whole = True
    except OSError as error:
        cure = f"cannot be written ({error.strerror}), so nothing was written"
        raise InputError([Problem(path.as_posix(), cure)]) from error
    finally:
        for path in made if not is_whole else ():
            path.unlink(missing_ok=True)


def study_text(draft: StudyDraft) -> str:
    """The configuration as commented YAML; the same draft gives the same text."""
    parts = [
        _head(draft),
        _study(draft),
        _instrument(draft),
        _exports(draft),
        _sites(draft),
        _linkage(draft.name),
        _folders(draft.name),
        SETTINGS,
    ]
    return "\n".join(parts)


def _head(draft: StudyDraft) -> str:
    command = f"snakemake --cores 2 --configfile config/{draft.name}.yaml"
    lines = [
        f"# The study {draft.name}: a draft that `python -m pipeline new` made from its exports.",
        "# Look through it, mend what needs it, and run",
        f"#   {command}",
        "# A line that begins with # is not read; take the # and one space away to use it.",
        *(line for note in draft.notes for line in _comment(f"To think about: {note}")),
    ]
    return _lines(lines)


def _study(draft: StudyDraft) -> str:
    lines = [
        "study:",
        "  # Shown on every page.",
        f"  title: {scalar(_title(draft.name))}",
        *_comment(f"Label of the survey round; {draft.wave_reason}", 2),
        f"  wave: {scalar(draft.wave)}",
        "  # Earlier survey rounds among the exports, oldest first, to compare this one with.",
        "  # earlier_waves: [2025 autumn]",
        "  # real or synthetic; synthetic data are labelled so on every page.",
        "  data: real",
        "  # One sentence on where the data come from, printed in the reports.",
        "  # source: Answers of the people who take part in ...",
        "  # Language of the reports.",
        "  language: en",
    ]
    return _lines(lines)


def _title(name: str) -> str:
    """The name as words, such as North east for north_east."""
    words = re.sub(r"[_-]+", " ", name).strip() or name
    return words[0].upper() + words[1:]


def _instrument(draft: StudyDraft) -> str:
    sections = ", ".join(map(scalar, draft.sections))
    add = [f"  add: [{sections}]"] if draft.sections else ["  # add: [enablers, barriers]"]
    lines = [
        "instrument:",
        "  # Folder with the files of the questionnaire.",
        f"  folder: {scalar(draft.instrument)}",
        "  # Which form of it was asked; told by the items in the exports, or by you.",
        f"  form: {scalar(draft.form)}",
        "  # Optional sections of the form that were asked as well.",
        *add,
    ]
    return _lines(lines)


def _exports(draft: StudyDraft) -> str:
    keys = (
        line
        for key, (example, what) in OF_AN_EXPORT.items()
        for line in (*_comment(what, 0), f"#     {key}: {example}")
    )
    lines = [
        "# The files that the survey platforms wrote. Below its file an export may also have these",
        "# keys:",
        *keys,
        "exports:",
        *(line for entry in draft.exports for line in _entry(entry)),
    ]
    return _lines(lines)


def _entry(entry: ExportEntry) -> Iterator[str]:
    yield f"  - file: {scalar(entry.file)}"
    for remark in entry.remarks:
        yield from _comment(remark, 4)
    for key, value in entry.keys.items():
        if key in entry.reasons:
            yield from _comment(entry.reasons[key], 4)
        yield f"    {key}: {scalar(value)}"
    for key in entry.reasons:
        if key not in entry.keys:
            yield from _comment(entry.reasons[key], 4)
        yield from (f"    # {key}: {scalar(value)}" for name, value in entry.offered if name == key)


def _sites(draft: StudyDraft) -> str:
    path = draft.sites or f"config/{draft.name}_sites.csv"
    mark = "" if draft.sites else "# "
    lines = [
        "# List of the sites: id, label, other ways of writing it, how many people were invited.",
        *_comment(draft.sites_reason),
        f"{mark}sites: {scalar(path)}",
        *COMPARED.splitlines(),
    ]
    return _lines(lines)


def _linkage(name: str) -> str:
    secret = f"data/0_raw/{name}_secret.txt"
    make = f'python -c "import secrets; print(secrets.token_hex(32))" > {secret}'
    lines = [
        "# Keys that people keep in every survey round (`person_column` of an export) are hashed,",
        "# with a secret of at least 16 characters that nobody else knows. Make one with",
        f"#   {make}",
        "# linkage:",
        f"#   secret: {secret}",
    ]
    return _lines(lines)


def _folders(name: str) -> str:
    lines = [
        "folders:",
        "  # Restricted: answers of single people, never to be passed on.",
        f"  data: data/{name}",
        "  # What may be passed on.",
        f"  reports: reports/{name}",
    ]
    return _lines(lines)


@dataclass(frozen=True, slots=True)
class MappingText:
    """What the draft of a mapping file says.

    Attributes
    ----------
    export : str
        The file it is for.
    columns, missing : mapping
        Heading of each answer column that was found; wording of each that was not.
    record : mapping
        Heading of each column about the response, by its key.
    other : tuple of str
        Headings that nothing is known about.
    """

    export: str
    columns: Mapping[str, str]
    missing: Mapping[str, str]
    record: Mapping[str, str]
    other: tuple[str, ...]


OF_A_RESPONSE: Mapping[str, str] = {
    "respondent": "Heading of the id of the response.",
    "finished": "Heading of a column with 1 for a finished response and 0 for another.",
    "seconds": "Heading of the time taken in seconds.",
    "date": "Heading of the day of the response.",
    "language": "Heading of the language in which it was answered.",
}
OF_A_FILE = (
    ("heading_rows", "1", "Rows of headings: the first names the columns."),
    (
        "ticks",
        '";"',
        "What stands between two ticks where all ticks of a question are in one cell.",
    ),
    ("blank", '["", "-"]', "Texts that stand for an empty cell."),
    ("seen", '["skipped"]', "Texts that stand for a question that was seen and left unanswered."),
)


def mapping_text(draft: MappingText) -> str:
    """The mapping file as commented YAML."""
    lines = [
        *_comment(f"Which heading of {draft.export} is which answer: a draft to look through."),
        "# A line that begins with # is not read; take the # and one space away to use it.",
        "",
        "# Answer column of the questionnaire, and its heading in the file.",
        "columns:",
        *(f"  {scalar(name)}: {scalar(heading)}" for name, heading in draft.columns.items()),
        *_missing_lines(draft),
        "",
    ]
    for key, what in OF_A_RESPONSE.items():
        told = draft.record.get(key)
        lines += [f"# {what}", f"# {key}: ..." if told is None else f"{key}: {scalar(told)}"]
    for key, example, what in OF_A_FILE:
        lines += [f"# {what}", f"# {key}: {example}"]
    if draft.other:
        lines += ["", "# Headings of the file that are not used:"]
        lines += [line for heading in draft.other for line in _comment(f"  {heading}")]
    return _lines(lines)


def _missing_lines(draft: MappingText) -> Iterator[str]:
    if draft.missing:
        yield "  # Not found; write the heading in place of the dots where it was asked."
    for name, wording in draft.missing.items():
        yield from _comment(wording, 2)
        yield f"  # {scalar(name)}: ..."


def scalar(text: str) -> str:
    """A text as YAML reads it back, on one line; quoted where it has to be."""
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and _is_read_back(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _is_read_back(text: str) -> bool:
    return bool(yaml.safe_load(f"key: {text}") == {"key": text})


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08X}"


def _comment(text: str, indent: int = 0) -> Iterator[str]:
    """Words as lines of a comment, without anything that could end one."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    line = ""
    for word in plain.split():
        if line and indent + len(line) + len(word) + 3 > LONGEST_LINE:
            yield f"{' ' * indent}# {line}"
            line = word
        else:
            line = f"{line} {word}".lstrip()
    yield f"{' ' * indent}# {line}".rstrip()


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
