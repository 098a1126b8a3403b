"""The questionnaire written for survey platforms and for paper.

A new platform is a file here that holds an :class:`Exporter`, and a line in the registry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pipeline.instrument.export.formr import FORMR
from pipeline.instrument.export.limesurvey import LIMESURVEY
from pipeline.instrument.export.name_map import NAME_MAP_FILE, name_map
from pipeline.instrument.export.paper import PAPER
from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.qualtrics import QUALTRICS
from pipeline.instrument.export.questionnaire import (
    PHRASES_OF_THE_OPENING,
    Questionnaire,
    lay_out,
)
from pipeline.instrument.export.redcap import REDCAP
from pipeline.instrument.export.setup_note import SETUP_FILE, setup_note
from pipeline.instrument.export.xlsform import XLSFORM
from pipeline.instrument.model import Form, Instrument
from pipeline.problems import Problem, did_you_mean, refuse_if_any

_ALL: tuple[Exporter, ...] = (QUALTRICS, REDCAP, LIMESURVEY, XLSFORM, FORMR, PAPER)
EXPORTERS: dict[str, Exporter] = {exporter.name: exporter for exporter in _ALL}


def export_form(
    instrument: Instrument,
    platform: str,
    form: str,
    language: str,
    fill_ins: Mapping[str, str],
    optional_sections: Collection[str] = (),
) -> dict[str, bytes]:
    """Everything that is needed to ask a form on a platform, by the path of each file.

    A form that is handed out as booklets gives a folder for each of them.

    Parameters
    ----------
    instrument : Instrument
        The whole questionnaire.
    platform, form, language : str
        Name of the exporter, id of the form, code of the language.
    fill_ins : mapping
        The words of the site for some of the fill-ins of the questionnaire.
    optional_sections : collection of str
        Which of the optional sections of the form are asked.

    Raises
    ------
    InputError
        If there is no such platform, form, section, language or fill-in, or the platform cannot
        take a code or a wording.
    """
    forms = {known.id: known for known in instrument.forms}
    refuse_if_any(
        [
            *_unknown("--to", platform, EXPORTERS),
            *_unknown("--form", form, forms),
            *_unknown("--lang", language, instrument.languages),
            *(p for name in fill_ins for p in _unknown("--fill", name, instrument.fill_ins)),
        ]
    )
    optional = forms[form].optional_ids
    refuse_if_any([p for name in optional_sections for p in _unknown("--add", name, optional)])
    booklets = [forms[name] for name in forms[form].booklets]
    files: dict[str, bytes] = {}
    for part in booklets or [forms[form]]:
        folder = f"{part.id}/" if booklets else ""
        made = _export(instrument, EXPORTERS[platform], part, language, fill_ins, optional_sections)
        files |= {folder + name: content for name, content in made.items()}
    return files


def _export(
    instrument: Instrument,
    exporter: Exporter,
    form: Form,
    language: str,
    fill_ins: Mapping[str, str],
    optional_sections: Collection[str],
) -> dict[str, bytes]:
    refuse_if_any(list(_phrases_missing(instrument)))
    asked = instrument.form(form.id, optional_sections)
    laid_out = {
        code: lay_out(asked, form, code, fill_ins if code == language else {})
        for code in instrument.languages
    }
    questionnaire = laid_out[language]
    refuse_if_any(exporter.problems(questionnaire))
    made = exporter.write(questionnaire)
    return {
        **made.files,
        NAME_MAP_FILE: name_map(laid_out, language, exporter.name, made),
        SETUP_FILE: setup_note(questionnaire, exporter, made),
    }


def _phrases_missing(instrument: Instrument) -> Iterator[Problem]:
    for name in PHRASES_OF_THE_OPENING:
        if name not in instrument.phrases:
            cure = "every form begins with this text; write it"
            yield Problem("phrases.yaml", cure, column=name)


def _unknown(option: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name not in known:
        there_is = ", ".join(known) or "none"
        hint = did_you_mean(name, known) or ";"
        yield Problem(option, f"there is no '{name}'{hint} there is {there_is}")


__all__ = [
    "EXPORTERS",
    "Exporter",
    "PlatformFiles",
    "Questionnaire",
    "export_form",
    "lay_out",
]
