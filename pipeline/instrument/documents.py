"""Reading the files of a questionnaire as they were written, each checked against its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.problems import Problem, refuse_if_any

SCHEMA_FOLDER = Path(__file__).parents[2] / "instrument" / "schema"
OPTIONAL_FILES: dict[str, Any] = {
    "allocations": {"parts": [], "questions": []},
    "context": {"questions": []},
    "phrases": {},
}
SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, where it can be had the one of libyaml: the same content many times faster."""

INNER_FOLDERS = ("scales", "translations")
REQUIRED_FILES = ("instrument", "response_scales", "respondents")


def read_documents(folder: Path) -> dict[str, Any]:
    """The parsed files by path, each checked against its schema.

    Raises
    ------
    InputError
        If a file is missing, is not YAML or does not have the form its schema asks for.
    """
    problems: list[Problem] = []
    documents: dict[str, Any] = {}
    for path, schema in _files(folder, problems):
        content, found = parse_yaml(path)
        problems += found or list(schema_problems(path, content, schema))
        documents[path.as_posix()] = content
    refuse_if_any(problems)
    return documents


def _files(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """Each file there is with the name of its schema; notes the ones that ought to be there."""
    for name in REQUIRED_FILES:
        path = folder / f"{name}.yaml"
        if path.is_file():
            yield path, name
        else:
            problems.append(
                Problem(path.as_posix(), "this file is missing; every instrument has it")
            )
    for name in OPTIONAL_FILES:
        if (path := folder / f"{name}.yaml").is_file():
            yield path, name
    scales = sorted((folder / "scales").glob("*.yaml"))
    if not scales:
        problems.append(Problem(f"{folder.as_posix()}/scales", "there is no scale file here"))
    for path in scales:
        yield path, "scale"
    for path in sorted((folder / "translations").glob("*.yaml")):
        yield path, "translation"


def parse_yaml(path: Path) -> tuple[Any, list[Problem]]:
    """The content of a file, or None and what keeps it from being read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER), []
    except UnicodeDecodeError:
        return None, [Problem(path.as_posix(), "is not UTF-8 text; save it again as UTF-8")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        reason = getattr(error, "problem", None) or "cannot be read"
        return None, [Problem(path.as_posix(), f"is not valid YAML: {reason}", row=row)]


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    schemas = {
        path.name: yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)
        for path in SCHEMA_FOLDER.glob("*.schema.yaml")
    }
    registry: Any = Registry().with_resources(
        (key, Resource.from_contents(schema)) for key, schema in schemas.items()
    )
    return Draft202012Validator(schemas[f"{name}.schema.yaml"], registry=registry)


def schema_problems(path: Path, content: Any, schema: str) -> Iterator[Problem]:
    """Where a file departs from the form that its schema asks for."""
    for error in sorted(_validator(schema).iter_errors(content), key=lambda e: str(e.json_path)):
        where = error.json_path.removeprefix("$").removeprefix(".") or None
        yield Problem(path.as_posix(), error.message, column=where)


def document(documents: Mapping[str, Any], name: str) -> Any:
    """The content of ``<name>.yaml``, or what stands for it where it may be absent."""
    for path, content in documents.items():
        if place_of(path) == name:
            return content
    return OPTIONAL_FILES[name]


def path_of(documents: Mapping[str, Any], name: str) -> str:
    """The path of ``<name>.yaml``."""
    return next(path for path in documents if place_of(path) == name)


def place_of(path: str) -> str:
    """Where a file stands in the folder of the questionnaire, such as ``scales/POW``."""
    folder, _, name = path.removesuffix(".yaml").rpartition("/")
    inner = folder.rpartition("/")[2]
    return f"{inner}/{name}" if inner in INNER_FOLDERS else name


def scale_documents(documents: Mapping[str, Any]) -> dict[str, Any]:
    """The scale files by path."""
    return _in_folder("scales", documents)


def translation_documents(documents: Mapping[str, Any]) -> dict[str, Any]:
    """The translation files by path."""
    return _in_folder("translations", documents)


def _in_folder(name: str, documents: Mapping[str, Any]) -> dict[str, Any]:
    return {path: c for path, c in documents.items() if place_of(path).startswith(f"{name}/")}
