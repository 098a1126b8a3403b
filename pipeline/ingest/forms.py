"""Which form of the questionnaire an export asked, told by the items it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipeline.ingest.findings import FormFit
from pipeline.instrument import Form, Instrument

MOST_FORMS = 2


def fitting_forms(named: Collection[str], whole: Instrument) -> list[FormFit]:
    """The forms whose items are most alike those of an export: few missing, few too many.

    Parameters
    ----------
    named : collection of str
        Answer columns that the export has; those that are no items do not count.
    whole : Instrument
        The questionnaire with all its forms.
    """
    there = set(named) & set(whole.items)
    if not there:
        return []
    fits = [
        FormFit(name, sections, len(there & items), len(items))
        for name, sections, items in _items_of_forms(whole)
    ]
    alike = sorted(fits, key=lambda fit: -2 * fit.n_found / (fit.n_items + len(there)))
    return [fit for fit in alike if fit.n_found][:MOST_FORMS]


def _items_of_forms(whole: Instrument) -> Iterator[tuple[str, tuple[str, ...], set[str]]]:
    """Every form that respondents answer, without and with all its optional sections."""
    for form in answered_forms(whole):
        for sections in dict.fromkeys([(), form.optional_ids]):
            items = set(whole.form(form.id, sections).items)
            if items:
                yield form.id, sections, items


def answered_forms(whole: Instrument) -> tuple[Form, ...]:
    """The forms that respondents answer."""
    return tuple(form for form in whole.forms if form.answered_by == "respondent")


def added_sections(named: Collection[str], form: str, whole: Instrument) -> tuple[str, ...]:
    """The optional sections of a form of which an export has most columns."""
    usual = set(whole.form(form).answer_columns)
    added: list[str] = []
    for section in _form_called(form, whole).optional_ids:
        more = set(whole.form(form, (section,)).answer_columns) - usual
        if 2 * len(more & set(named)) > len(more):
            added.append(section)
    return tuple(added)


def optional_among(sections: Sequence[str], form: str, whole: Instrument) -> tuple[str, ...]:
    """Those of some sections that are optional in a form; none where there is no such form."""
    known = next((known.optional_ids for known in whole.forms if known.id == form), ())
    return tuple(section for section in sections if section in known)


def form_of_all(names: Collection[str], whole: Instrument) -> str | None:
    """The form that asks everything that some forms ask; None where no form does.

    That is the form of which they are booklets, or else the shortest one.
    """
    if len(set(names)) == 1:
        return next(iter(names))
    shared = [form.id for form in whole.forms if set(names) <= {form.id, *form.booklets}]
    if shared:
        return shared[0]
    needed = {item for name in names for item in whole.form(name).items}
    sizes = {form.id: set(whole.form(form.id).items) for form in answered_forms(whole)}
    covering = [name for name, items in sizes.items() if needed <= items]
    return min(covering, key=lambda name: len(sizes[name]), default=None)


def asks_all_of(form: str, sections: Sequence[str], part: str, whole: Instrument) -> bool:
    """Whether a form with some optional sections has every item of another."""
    return set(whole.form(part).items) <= set(whole.form(form, sections).items)


def _form_called(name: str, whole: Instrument) -> Form:
    return next(form for form in whole.forms if form.id == name)
