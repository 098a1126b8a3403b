"""Small commands around the pipeline; the main job is ``snakemake``."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipeline.problems import InputError, Problem

if TYPE_CHECKING:
    from pipeline.ingest import ExportCheck
    from pipeline.ingest.draft import ExportDraft, StudyFound
    from pipeline.instrument import Instrument

WRONG_INPUT = 2


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ``python -m pipeline``.

    Attributes
    ----------
    name, summary : str
        What the user types, and what it does, in one sentence.
    run : callable
        Does it. Imports what it needs itself, so that the other commands stay fast. Hands back
        the exit status where there is more to tell than that all went well.
    add_arguments : callable
        Tells the parser what the command understands.
    """

    name: str
    summary: str
    run: Callable[[argparse.Namespace], int | None]
    add_arguments: Callable[[argparse.ArgumentParser], None]


def simulate_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``simulate`` understands."""
    parser.add_argument("--folder", required=True, type=Path, help="where to write the files")
    parser.add_argument("--seed", required=True, type=_seed, help="same seed, same bytes")
    parser.add_argument(
        "--instrument",
        default="instrument",
        help="folder of the questionnaire (default: %(default)s)",
    )
    parser.add_argument(
        "--form", default="long", help="form of the questionnaire (default: %(default)s)"
    )
    _add_sections(parser)
    parser.add_argument(
        "--model",
        type=Path,
        help="what is expected of the answers (default: evidence/hypothesised_model.yaml in the "
        "folder of the questionnaire)",
    )
    parser.add_argument(
        "--design", type=Path, help="sites, and what goes wrong (default: the bundled programme)"
    )


def _add_sections(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--add", nargs="+", default=[], metavar="SECTION", help="optional sections to ask as well"
    )


def _seed(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError("the seed is a whole number such as 7")
    return int(text)


def simulate(given: argparse.Namespace) -> None:
    """Draw a synthetic programme and write it as survey exports."""
    import numpy as np

    from pipeline.instrument import load_instrument
    from pipeline.simulate import read_design, read_model, simulate_programme, write_exports

    instrument = load_instrument(given.instrument, given.form, given.add)
    expected = given.model or Path(given.instrument) / "evidence" / "hypothesised_model.yaml"
    model = read_model(expected, instrument)
    design = read_design() if given.design is None else read_design(given.design)
    rng = np.random.default_rng(given.seed)
    programme = simulate_programme(instrument, model, design, rng)
    for path in write_exports(programme, instrument, given.folder, rng, _command(given)):
        print(f"wrote {path.as_posix()}")


def _command(given: argparse.Namespace) -> str:
    """The command as it can be typed elsewhere: without folders of this machine."""
    usual = {"instrument": "instrument", "form": "long", "model": None, "design": None}
    options = {"folder": given.folder, "seed": given.seed}
    options |= {name: getattr(given, name) for name in usual if getattr(given, name) != usual[name]}
    shown = [f"--{name} {_without_machine(value)}" for name, value in options.items()]
    shown += [f"--add {' '.join(given.add)}"] if given.add else []
    return " ".join(["python -m pipeline simulate", *shown])


def _without_machine(value: object) -> str:
    path = Path(str(value))
    return path.name if path.is_absolute() else path.as_posix()


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``export`` understands."""
    parser.add_argument("--to", required=True, metavar="PLATFORM", help="such as redcap or paper")
    parser.add_argument("--form", default="long", help="form to export (default: %(default)s)")
    parser.add_argument("--lang", default="en", help="its language (default: %(default)s)")
    _add_sections(parser)
    parser.add_argument(
        "--fill",
        nargs="+",
        default=[],
        type=_fill_in,
        metavar="NAME=WORDS",
        help='words of the site, such as users="patients and carers"',
    )
    parser.add_argument(
        "--instrument",
        default="instrument",
        help="folder of the questionnaire (default: %(default)s)",
    )
    parser.add_argument(
        "--folder", type=Path, help="where to write (default: forms/PLATFORM-FORM-LANGUAGE)"
    )


def _fill_in(text: str) -> tuple[str, str]:
    name, equals, words = text.partition("=")
    if not (name and equals and words.strip()):
        raise argparse.ArgumentTypeError('write it as NAME=WORDS, such as users="patients"')
    return name, words.strip()


def export(given: argparse.Namespace) -> None:
    """Write a form of the questionnaire for a survey platform or for paper."""
    from pipeline.instrument import load_instrument
    from pipeline.instrument.export import export_form

    instrument = load_instrument(given.instrument)
    made = export_form(instrument, given.to, given.form, given.lang, dict(given.fill), given.add)
    folder = given.folder or Path("forms") / f"{given.to}-{given.form}-{given.lang}"
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"wrote {path.as_posix()}")


def translate_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``translate`` understands."""
    parser.add_argument("--lang", required=True, type=_language, help="code, such as sv")
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument(
        "--sheet", type=Path, help="write a workbook with source and translation side by side"
    )
    task.add_argument("--take", type=Path, help="take over a finished workbook")
    parser.add_argument(
        "--status",
        choices=("machine draft", "draft", "reviewed"),
        default="draft",
        help="how far the translation has come (default: %(default)s)",
    )
    parser.add_argument(
        "--instrument",
        default=Path("instrument"),
        type=Path,
        help="folder of the questionnaire (default: %(default)s)",
    )


def _language(text: str) -> str:
    if not re.fullmatch("[a-z]{2}(-[A-Za-z]+)?", text):
        raise argparse.ArgumentTypeError("a language is two small letters such as sv")
    return text


def translate(given: argparse.Namespace) -> None:
    """Write the sheet of a translation, or take a finished one over."""
    from pipeline.instrument.documents import read_documents
    from pipeline.instrument.translation_sheet import (
        read_sheet,
        review_sheet,
        translation_from,
        translation_yaml,
    )

    documents = read_documents(given.instrument)
    if given.sheet is not None:
        given.sheet.write_bytes(review_sheet(documents, given.lang))
        print(f"wrote {given.sheet.as_posix()}")
        return
    rows = read_sheet(given.take)
    content = translation_from(documents, given.lang, given.status, rows, given.take.as_posix())
    path = given.instrument / "translations" / f"{given.lang}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(translation_yaml(content), encoding="utf-8")
    print(f"wrote {path.as_posix()}")


MANUAL = Path("docs/manual.md")


def manual_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``manual`` understands."""
    parser.add_argument("--file", required=True, type=Path, help="the PDF to write")
    parser.add_argument(
        "--instrument",
        default="instrument",
        help="folder of the questionnaire (default: %(default)s)",
    )
    parser.add_argument(
        "--text",
        type=Path,
        help=f"the manual in Markdown (default: {MANUAL.as_posix()} for the questionnaire in "
        "instrument/ if it is there; without a text only the annexes are made)",
    )


def manual(given: argparse.Namespace) -> None:
    """Write the manual of the questionnaire as a PDF."""
    from pipeline.instrument import load_instrument
    from pipeline.instrument.export.manual import write_manual

    usual = MANUAL if MANUAL.is_file() and Path(given.instrument) == Path("instrument") else None
    path = given.text or usual
    text = None if path is None else _text_of(path)
    instrument = load_instrument(given.instrument)
    made = write_manual(instrument, text, str(given.instrument) if path is None else str(path))
    given.file.parent.mkdir(parents=True, exist_ok=True)
    given.file.write_bytes(made)
    print(f"wrote {given.file.as_posix()}")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        cure = "there is no such file; give the path of the manual after --text"
    except UnicodeDecodeError:
        cure = "is not UTF-8 text; save it again as UTF-8"
    raise InputError([Problem(path.as_posix(), cure)])


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``check`` understands."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an export")
    parser.add_argument(
        "--instrument",
        default="instrument",
        help="folder of the questionnaire (default: %(default)s)",
    )
    parser.add_argument("--form", default="long", help="form that was asked (default: %(default)s)")
    _add_sections(parser)
    parser.add_argument("--platform", metavar="NAME", help="such as qualtrics (default: found out)")
    parser.add_argument("--site-column", metavar="NAME", help="column that tells the site")
    of_file = {
        "--definition": "definition of the survey: QSF, REDCap dictionary, XLSForm, R syntax",
        "--mapping": "mapping file, for a file of another origin",
        "--name-map": "map of names that was written with the form",
    }
    for option, what in of_file.items():
        parser.add_argument(option, type=Path, metavar="FILE", help=what)


def check(given: argparse.Namespace) -> int:
    """Tell what is in some exports and what has to be mended; writes nothing."""
    from pipeline.ingest import ExportSource, check_export, describe_check
    from pipeline.instrument import load_instrument

    whole = load_instrument(given.instrument)
    instrument = load_instrument(given.instrument, given.form, given.add)
    told = ("site_column", "platform", "definition", "mapping", "name_map")
    companions = {name: getattr(given, name) for name in told}
    is_ready = True
    for file in dict.fromkeys(given.files):
        found = check_export(ExportSource(file, **companions), instrument, whole)
        print(_as_shown(describe_check(found)))
        is_ready = is_ready and found.is_ready
    return 0 if is_ready else WRONG_INPUT


def _as_shown(text: str) -> str:
    """The text in the letters that the screen has; a question mark for any other."""
    letters = sys.stdout.encoding or "utf-8"
    return text.encode(letters, "replace").decode(letters)


def new_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``new`` understands."""
    parser.add_argument("study", metavar="STUDY", help="name of the study, such as riverside")
    parser.add_argument(
        "--exports",
        nargs="+",
        required=True,
        metavar="FILE",
        help="its exports and what goes with them (definitions, maps of names, list of sites)",
    )
    parser.add_argument("--form", help="form that was asked (default: found out)")
    _add_sections(parser)
    parser.add_argument("--wave", help="label of the survey round (default: told by the dates)")
    parser.add_argument(
        "--instrument",
        default="instrument",
        help="folder of the questionnaire (default: %(default)s)",
    )


def new(given: argparse.Namespace) -> int:
    """Write the configuration of a study, made from its exports, with what goes with it."""
    from pipeline.ingest.draft import draft_study
    from pipeline.instrument import load_instrument
    from pipeline.problems import refuse_if_any
    from pipeline.study_draft import new_study_problems, write_new

    files = _expanded(given.exports)
    refuse_if_any(list(new_study_problems(given.study, files, given.instrument)))
    whole = load_instrument(given.instrument)
    if given.form is not None:
        load_instrument(given.instrument, given.form, given.add)
    found = draft_study([Path(file) for file in files], whole, given.form, given.add)
    instrument = load_instrument(given.instrument, found.form, found.sections)
    mappings = _mappings_of_new(given.study, found)
    checks = _checks_of_new(found, mappings, instrument, whole)
    contents = _contents_of_new(given, found, mappings)
    write_new(contents)
    commands = [_check_command(given, export, found, mappings) for export in found.exports]
    print(_as_shown("\n".join(_told_of_new(found, checks, list(contents), commands))))
    is_ready = not found.problems and all(check.is_ready for check in checks)
    return 0 if is_ready else WRONG_INPUT


def _expanded(names: Sequence[str]) -> list[str]:
    """The names of files, each once, with patterns filled in where the shell did not."""
    files: dict[str, None] = {}
    for name in names:
        is_pattern = "*" in name and not (Path(name).is_absolute() or Path(name).exists())
        matches = sorted(path.as_posix() for path in Path().glob(name)) if is_pattern else []
        files |= dict.fromkeys(matches or [Path(name).as_posix()])
    return list(files)


def _mappings_of_new(study: str, found: StudyFound) -> dict[Path, tuple[Path, str]]:
    """Path and text of the draft of a mapping file, by the export that needs one."""
    from pipeline.ingest.draft import mapping_names
    from pipeline.study_draft import CONFIG, MappingText, mapping_text

    names = mapping_names(found.exports)
    drafts = {export.file: export.mapping for export in found.exports}
    texts = {}
    for file, name in names.items():
        if (draft := drafts[file]) is not None:
            text = MappingText(
                file.as_posix(), draft.columns, draft.missing, draft.record, draft.other
            )
            texts[file] = Path(CONFIG, f"{study}_mapping_{name}.yaml"), mapping_text(text)
    return texts


def _checks_of_new(
    found: StudyFound,
    mappings: Mapping[Path, tuple[Path, str]],
    instrument: Instrument,
    whole: Instrument,
) -> list[ExportCheck]:
    """A look at every export as a run would read it; mapping files are not in their place yet."""
    from pipeline.ingest import check_export
    from pipeline.ingest.draft import source_of

    checks = []
    with TemporaryDirectory() as folder:
        for number, export in enumerate(found.exports):
            kept = None
            if export.file in mappings:
                kept = Path(folder, f"{number}.yaml")
                kept.write_text(mappings[export.file][1], encoding="utf-8")
            checks.append(check_export(source_of(export, found, whole, kept), instrument, whole))
    return checks


def _contents_of_new(
    given: argparse.Namespace, found: StudyFound, mappings: Mapping[Path, tuple[Path, str]]
) -> dict[Path, str]:
    """The text of every file of the new study, the configuration first."""
    from pipeline.ingest.draft_entries import entries_of, notes_of, sites_reason, wave_of
    from pipeline.ingest.draft_sites import sites_text
    from pipeline.study_draft import CONFIG, ExportEntry, StudyDraft, study_text

    list_path = Path(CONFIG, f"{given.study}_sites.csv")
    paths = {file: path for file, (path, _) in mappings.items()}
    wave, wave_reason = (given.wave, "given by you") if given.wave else wave_of(found)
    draft = StudyDraft(
        name=given.study,
        instrument=Path(given.instrument).as_posix(),
        form=found.form,
        sections=found.sections,
        wave=wave,
        wave_reason=wave_reason,
        exports=tuple(
            ExportEntry(entry.file, entry.remarks, entry.keys, entry.reasons, entry.offered)
            for entry in entries_of(found, paths)
        ),
        sites=_site_list_of_new(found, list_path),
        sites_reason=sites_reason(found),
        notes=tuple(notes_of(found)),
    )
    lists = {list_path: sites_text(found.sites)} if found.sites else {}
    return {
        Path(CONFIG, f"{given.study}.yaml"): study_text(draft),
        **lists,
        **dict(mappings.values()),
    }


def _site_list_of_new(found: StudyFound, drafted: Path) -> str | None:
    path = drafted if found.sites else found.site_list
    return None if path is None else path.as_posix()


def _told_of_new(
    found: StudyFound,
    checks: Sequence[ExportCheck],
    written: Sequence[Path],
    commands: Sequence[str],
) -> Iterator[str]:
    """What was written, what was found out, what has to be mended, and what comes next."""
    from pipeline.ingest.draft_words import describe_export, describe_readiness, describe_unclear

    yield from (f"wrote {path.as_posix()}" for path in written)
    for export, check in zip(found.exports, checks, strict=True):
        yield ""
        yield describe_export(export)
        yield from (f"  {line}" for line in describe_readiness(check))
    told = [*map(str, found.problems), *describe_unclear(found)]
    yield from ["", "to look at:", *(f"  {line}" for line in told)] if told else []
    yield from ["", "next:"]
    yield from (f"  {command}" for command in commands)
    yield f"  snakemake --cores 2 --configfile {written[0].as_posix()}"


def _check_command(
    given: argparse.Namespace,
    export: ExportDraft,
    found: StudyFound,
    mappings: Mapping[Path, tuple[Path, str]],
) -> str:
    """The command that looks at an export once more."""
    from pipeline.ingest.draft import written_platform

    companions = dict(export.companions)
    if export.file in mappings:
        companions["mapping"] = mappings[export.file][0]
    parts = ["python", "-m", "pipeline", "check", export.file.as_posix()]
    parts += ["--form", export.form or found.form]
    parts += ["--add", *export.sections] if export.sections else []
    parts += [] if export.site is None else ["--site-column", export.site.heading]
    for role, file in companions.items():
        parts += [f"--{role.replace('_', '-')}", file.as_posix()]
    platform = written_platform(export)
    parts += [] if platform is None else ["--platform", platform]
    parts += [] if given.instrument == "instrument" else ["--instrument", given.instrument]
    return shlex.join(parts)


COMMANDS = (
    Command(
        "check",
        "Tell what is in an export and what has to be mended, before a run; writes nothing.",
        check,
        check_arguments,
    ),
    Command(
        "export",
        "Write the questionnaire for a survey platform or for paper.",
        export,
        export_arguments,
    ),
    Command("manual", "Write the manual of the questionnaire as a PDF.", manual, manual_arguments),
    Command(
        "new",
        "Write the configuration of a new study, made from its exports.",
        new,
        new_arguments,
    ),
    Command(
        "translate",
        "Write the sheet on which a translation is made or reviewed, or take it over.",
        translate,
        translate_arguments,
    ),
    Command(
        "simulate",
        "Write a synthetic programme as the exports of three survey platforms.",
        simulate,
        simulate_arguments,
    ),
)


def make_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="Small commands around the pipeline. To turn exports into reports, run "
        "snakemake.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.summary, description=command.summary)
        command.add_arguments(own)
        own.set_defaults(run=command.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it went well, 2 if there is something for the user to mend."""
    given = make_parser().parse_args(arguments)
    try:
        status: int | None = given.run(given)
    except InputError as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT
    return status or 0
