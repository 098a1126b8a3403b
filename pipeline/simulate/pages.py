"""The order in which a respondent meets the questions, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from pipeline.instrument import Allocation, Instrument, Item, Question


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the questionnaire.

    Attributes
    ----------
    id, title, intro : str
        The section it shows, and what stands at its head.
    items, allocations, questions : tuple
        What is asked on it, in this order.
    """

    id: str
    title: str
    intro: str
    items: tuple[Item, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Its answer columns."""
        counters = [column for allocation in self.allocations for column in allocation.columns]
        answers = [column for question in self.questions for column in question.columns]
        return [*(item.id for item in self.items), *counters, *answers]

    @property
    def questions_end_at(self) -> list[int]:
        """How many of its columns are behind after each question."""
        widths = [
            *(1 for _ in self.items),
            *(len(allocation.columns) for allocation in self.allocations),
            *(len(question.columns) for question in self.questions),
        ]
        return list(accumulate(widths))


def pages_of(instrument: Instrument) -> tuple[Page, ...]:
    """A page for each section that asks respondents something that can be counted."""
    allocations = {allocation.id: allocation for allocation in instrument.allocations}
    questions = {q.id: q for q in instrument.person_questions if q.kind != "text"}
    pages = (
        Page(
            section.id,
            str(section.title),
            str(section.intro),
            tuple(item for scale in instrument.scales_in(section) for item in scale.items),
            tuple(allocations[name] for name in section.allocation_ids),
            tuple(questions[name] for name in section.question_ids if name in questions),
        )
        for section in instrument.sections
    )
    return tuple(page for page in pages if page.columns)


def columns_in_order(instrument: Instrument) -> list[str]:
    """Every answer column in the order in which it is met."""
    return [column for page in pages_of(instrument) for column in page.columns]
