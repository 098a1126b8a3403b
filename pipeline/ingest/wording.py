"""Comparing texts that people and platforms spell differently."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_IDENTIFYING = re.compile(r"[0-9]{5}|@")
_CONTROLS = [*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
_DIRECTIONS = [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_INVISIBLE: dict[int, str | None] = {
    **dict.fromkeys([0xFEFF, 0x200B, 0x2060, 0x00AD, *_CONTROLS, *_DIRECTIONS]),
    **dict.fromkeys([0x00A0, 0x202F], " "),  # spaces that do not break look like any other
}
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u201b\u02bc`\u00b4"))


def without_invisible(text: str) -> str:
    """The text without marks nobody sees, with plain spaces, and without space at its ends."""
    return text.translate(_INVISIBLE).strip()


def one_line(text: str) -> str:
    """The text on one line with single spaces, as a name is shown."""
    return " ".join(without_invisible(text).split())


def may_identify(text: str) -> bool:
    """Whether a text holds a mail address or a long number, which could tell who somebody is."""
    return _IDENTIFYING.search(text) is not None


def wording_key(text: str) -> str:
    """What two spellings of the same words share.

    Case, spaces, punctuation, quotation marks, markup and forms of the same character are set
    aside; letters, their marks and digits stay. A text of punctuation only is kept as it is.
    """
    plain = _TAG.sub(" ", html.unescape(without_invisible(text)))
    folded = unicodedata.normalize("NFKC", plain.translate(_APOSTROPHES)).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    kept = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in folded)
    return " ".join(kept.split()) or " ".join(folded.split())


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End of a sentence that suggests the closest known name, or nothing."""
    by_key = {wording_key(candidate): candidate for candidate in known}
    close = get_close_matches(wording_key(name), list(by_key), n=1)
    return f"; did you mean '{by_key[close[0]]}'?" if close else ""
