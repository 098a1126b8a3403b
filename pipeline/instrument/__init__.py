"""What is asked: the questionnaire as frozen objects, read from YAML files."""

from pipeline.instrument.load import load_instrument
from pipeline.instrument.model import (
    Allocation,
    Facet,
    Form,
    Grouping,
    Instrument,
    Item,
    Option,
    Part,
    Question,
    RespondentGroup,
    ResponseScale,
    Scale,
    Section,
    SpecialCode,
    Text,
    Translation,
)

__all__ = [
    "Allocation",
    "Facet",
    "Form",
    "Grouping",
    "Instrument",
    "Item",
    "Option",
    "Part",
    "Question",
    "RespondentGroup",
    "ResponseScale",
    "Scale",
    "Section",
    "SpecialCode",
    "Text",
    "Translation",
    "load_instrument",
]
