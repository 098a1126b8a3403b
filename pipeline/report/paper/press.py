"""A page set on paper with Typst: the view object is its data, the words and colours its setting.

The templates in ``reports/templates/typst`` hold layout and nothing else. Every text reaches them
as a string, which Typst never reads as code, so a name such as ``#panic()`` is set as it stands.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.instrument.export.typesetting import font_folder, letters_without_shape
from pipeline.report.pages import TEMPLATES, Setting
from pipeline.report.site_page import SitePages, template_of

if TYPE_CHECKING:
    from typst import Compiler

PAPER = TEMPLATES / "typst"
KEPT_FOR = 10
"""Documents that Typst keeps its memory of a document for."""
NO_SHAPE = "\N{REPLACEMENT CHARACTER}"
"""Stands for a letter that the typeface cannot draw; PDF/UA has no place for letters unseen."""

_SAID = re.compile(r'\bsay\(\s*"([a-z0-9_.]+)"')
_COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")


def set_site_pages(views: SitePages) -> Iterator[tuple[str, bytes]]:
    """The pages as PDF one after the other, each with the name of its file without its ending."""
    for slug, page in views.pages.items():
        yield slug, set_page(f"{template_of(page)}.typ", views.setting, page)


def set_page(template: str, setting: Setting, page: object) -> bytes:
    """The page as a PDF that screen readers can follow (PDF/UA-1), with no date in it.

    Parameters
    ----------
    template : str
        Name of a template in ``reports/templates/typst``, such as ``site.typ``.
    setting : Setting
        Its phrases and its language.
    page : dataclass
        The view object that the template walks through.

    Raises
    ------
    typst.TypstError
        If a template asks for something its page does not have.
    """
    written, anchors = data_of(page)
    made = compiler().compile(
        input=PAPER / template,
        sys_inputs={"page": written, "anchors": anchors, "setting": _data_of_setting(setting)},
        format="pdf",
        pdf_standards="ua-1",
    )
    if not isinstance(made, bytes):
        raise TypeError(f"one PDF expected from {template}, got {type(made).__name__}")
    _forget_last_page()
    return made


def data_of(page: object) -> tuple[str, str]:
    """The page as JSON, and the names of its parts that can be linked to, also as JSON."""
    anchors: list[str] = []

    def fields_of(view: Any) -> dict[str, Any]:
        values = {name: getattr(view, name) for name in view.__slots__}
        anchors.extend(values[name] for name in ("anchor",) if name in values)
        return values

    written = json.dumps(page, default=fields_of, ensure_ascii=False)
    return _with_shapes(written), json.dumps(anchors)


@cache
def compiler() -> Compiler:
    """The compiler of all pages, made once, as reading the typefaces takes longer than a page.

    It works in one thread: batches of sites run side by side, and sharing out the work of one page
    costs more than it saves.
    """
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    from typst import Compiler

    return Compiler(root=PAPER, font_paths=[font_folder()], ignore_system_fonts=True)


def _forget_last_page() -> None:
    """Empty Typst's memory: no page is laid out like another, and ten of them fill 300 MB."""
    for _ in range(KEPT_FOR):
        compiler().compile(input=b"", format="svg")


@cache
def keys_said() -> tuple[str, ...]:
    """The keys of the phrases that the templates say."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(PAPER.glob("*.typ"))]
    return tuple(sorted({key for source in sources for key in _SAID.findall(source)}))


@cache
def light_colours() -> Mapping[str, str]:
    """The colours of the style sheet by name, as they are on white paper."""
    sheet = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    root = sheet[sheet.index(":root {") : sheet.index("}")]
    return dict(_COLOUR.findall(root))


def _data_of_setting(setting: Setting) -> str:
    language, _, region = setting.study.language.partition("-")
    words = {
        "phrases": {key: setting.phrases.by_key[key] for key in keys_said()},
        "colours": light_colours(),
        "language": {"language": language, "region": region or None},
    }
    return _with_shapes(json.dumps(words, ensure_ascii=False))


def _with_shapes(written: str) -> str:
    letters = "".join(sorted(set(written)))
    lacking = letters_without_shape([letters]).get(letters, "")
    return written.translate({ord(letter): NO_SHAPE for letter in lacking}) if lacking else written
