"""Reading a YAML file that a person wrote, checked against its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from pipeline.problems import InputError, Problem, refuse_if_any


def read_document(path: Path, schema: str) -> dict[str, Any]:
    """The parsed file, every key as text.

    Parameters
    ----------
    path : Path
        The YAML file.
    schema : str
        ``model`` or ``design``.

    Raises
    ------
    InputError
        If the file is missing, is not YAML or does not have the form its schema asks for.
    """
    content = _keys_as_text(_parse(path))
    refuse_if_any(_schema_problems(path, content, schema))
    checked: dict[str, Any] = content
    return checked


def _parse(path: Path) -> Any:
    name = path.as_posix()
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        cure = "there is no such file that can be read; check the path"
        raise InputError([Problem(name, cure)]) from None
    except UnicodeDecodeError:
        raise InputError([Problem(name, "is not UTF-8 text; save it again as UTF-8")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be read"
        row = None if mark is None else mark.line + 1
        raise InputError([Problem(name, f"is not valid YAML: {reason}", row=row)]) from None


def _keys_as_text(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _keys_as_text(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_keys_as_text(value) for value in content]
    return content


def _schema_problems(path: Path, content: Any, schema: str) -> list[Problem]:
    from jsonschema import Draft202012Validator

    text = Path(__file__).with_name(f"{schema}.schema.yaml").read_text(encoding="utf-8")
    errors = Draft202012Validator(yaml.safe_load(text)).iter_errors(content)
    return [
        Problem(path.as_posix(), error.message, column=_place(error.json_path))
        for error in sorted(errors, key=lambda error: error.json_path)
    ]


def _place(json_path: str) -> str | None:
    return json_path.removeprefix("$").removeprefix(".") or None
