"""What is asked: the questionnaire as frozen objects, read from YAML files."""

from pipeline.instrument.load import load_instrument
from pipeline.instrument.model import (
    Allocation,
    Facet,
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
)

__all__ = [
    "Allocation",
    "Facet",
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
    "load_instrument",
]
