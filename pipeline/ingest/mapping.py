"""The mapping file of a study: which heading of an export is which answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.ingest.read_file import read_text
from pipeline.ingest.wording import did_you_mean, one_line
from pipeline.problems import InputError, Problem, refuse_if_any

LONGEST_SHOWN, LONGEST_TOLD = 60, 300
SCHEMA = Path(__file__).parent / "mapping.schema.yaml"


class _LoaderWithoutRepeats(yaml.SafeLoader):
    """Safe YAML in which a key may stand only once, without references to other places."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node; raises ComposerError for a reference."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "references (*name) are not used", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """The mapping; raises ConstructorError when a key is repeated."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                told = f"'{key.value}' is written twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def read_mapping(path: Path) -> dict[str, Any]:
    """A mapping file, checked as a whole; see ``mapping.schema.yaml`` for its keys.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    try:
        mapping = yaml.load(read_text(path), Loader=_LoaderWithoutRepeats)  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        reason = getattr(error, "problem", None) or "cannot be read"
        cure = f"is not valid YAML: {reason}"
        raise InputError([Problem(path.as_posix(), cure, row=row)]) from error
    refuse_if_any(list(_mapping_problems(path, mapping)))
    return dict(mapping)


@cache
def _schema() -> Any:
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


def _mapping_problems(path: Path, mapping: Any) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    if isinstance(mapping, str):  # any other file, of which nothing may be shown
        yield Problem(path.as_posix(), "is a text without keys; write `columns:` and the headings")
        return
    known_keys = _schema()["properties"]
    for key in mapping if isinstance(mapping, dict) else ():
        if key not in known_keys:
            hint = did_you_mean(str(key), known_keys)
            cure = f"this key is not known{hint or '; keys are ' + ', '.join(known_keys)}"
            yield Problem(path.as_posix(), cure, column=one_line(str(key))[:LONGEST_SHOWN])
    for error in sorted(
        Draft202012Validator(_schema()).iter_errors(mapping), key=lambda error: error.json_path
    ):
        if error.validator != "additionalProperties":
            where = error.json_path.removeprefix("$").removeprefix(".") or None
            told = one_line(error.message)
            plain = told if len(told) <= LONGEST_TOLD else "does not hold what belongs here"
            yield Problem(path.as_posix(), plain, column=where)
