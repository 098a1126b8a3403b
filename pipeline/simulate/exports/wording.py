"""The words of the questionnaire as a respondent reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.instrument import Instrument, Item, Text

_PLACE = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts in the first language of a questionnaire, fill-ins put in."""

    instrument: Instrument

    @property
    def language(self) -> str:
        """The language of the texts."""
        return self.instrument.languages[0]

    def of(self, text: Text | str) -> str:
        """The text with ``{name}`` replaced by its word, ``{Name}`` by the word capitalised."""
        plain = text if isinstance(text, str) else text.in_language(self.language)
        return _PLACE.sub(self._word, plain)

    def _word(self, match: re.Match[str]) -> str:
        name = match.group(1)
        words = self.instrument.fill_ins.get(name.lower())
        if words is None:
            return match.group(0)
        word = words.in_language(self.language)
        return word if name.islower() else word[:1].upper() + word[1:]

    def choices_of(self, item: Item) -> dict[int, str]:
        """Number and words of everything that can be chosen for an item, special codes last."""
        scale = self.instrument.scale_of_item[item.id]
        offered = [code for code in self.instrument.special_codes if code.id in item.special_codes]
        choices = {option.value: option.label for option in scale.response_scale.options}
        choices |= {code.value: code.label for code in offered}
        return {value: self.of(label) for value, label in choices.items()}


COMMENT = "Is there anything else you would like to say?"
PERSON = "Please copy the code that is on your invitation."
SITE = "Which site is this about?"
