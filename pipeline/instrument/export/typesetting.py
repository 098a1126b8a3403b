"""Setting a page with Typst: a template of ours, data from outside, the same bytes everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES = Path(__file__).parents[3] / "instrument" / "paper"
TYPEFACE = "DejaVuSans.ttf"


def typeset(template_name: str, data: Mapping[str, object]) -> bytes:
    """A PDF that screen readers can follow (PDF/UA-1), without a date in it.

    Parameters
    ----------
    template_name : str
        Name of a template without its ending, such as ``questionnaire``.
    data : mapping
        What the template reads as JSON; wordings in it are set as they stand and never read as
        code. The template asks for it with ``json(bytes(sys.inputs.data))`` and has to set a
        title, ``date: none`` and the typeface DejaVu Sans, the only one that is there.
    """
    made = open_template(template_name, data).compile(format="pdf", pdf_standards="ua-1")
    if not isinstance(made, bytes):
        raise TypeError(f"one PDF expected from {template_name}.typ, got {type(made).__name__}")
    return made


def open_template(template_name: str, data: Mapping[str, object]) -> Compiler:
    """The template with its data, ready to be set or to be asked what it holds."""
    from typst import Compiler

    return Compiler(
        TEMPLATES / f"{template_name}.typ",
        root=TEMPLATES,
        font_paths=[font_folder()],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
    )


@cache
def font_folder() -> Path:
    """The folder with DejaVu Sans, which matplotlib brings along."""
    matplotlib = find_spec("matplotlib")
    if matplotlib is None or matplotlib.origin is None:
        raise ModuleNotFoundError("matplotlib is not installed; it brings the typeface")
    return Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"


def letters_without_shape(texts: Iterable[str]) -> dict[str, str]:
    """For each text that holds some, the letters that the typeface cannot draw."""
    drawn = _letters_of_typeface()
    lacking = {text: _lacking(text, drawn) for text in texts}
    return {text: letters for text, letters in lacking.items() if letters}


def _lacking(text: str, drawn: frozenset[int]) -> str:
    return "".join(sorted({sign for sign in text if ord(sign) not in drawn and sign not in "\n\t"}))


@cache
def _letters_of_typeface() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(font_folder() / TYPEFACE, lazy=True) as font:
        return frozenset(font.getBestCmap())
