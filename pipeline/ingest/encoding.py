"""From bytes to text: the encoding that a file tells, or that nothing speaks against."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise
from typing import NamedTuple

from pipeline.ingest.wording import one_line
from pipeline.problems import InputError, Problem

WESTERN = "cp1252"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
MOST_LOOKED_AT = 4096
_WESTERN_LETTERS = frozenset(
    char
    for char in map(chr, range(0xC0, 0x100))
    if char.isalpha()  # not the signs of multiplication and division
) | frozenset("\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u00aa\u00ba")
_WESTERN_SIGNS = frozenset(
    "\u00a0\u00a3\u20ac\u00a7\u00b0\u00b7\u00a9\u00ae\u2122"  # space, money, paragraph, degree
    "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2026\u2022\u00b4\u00bf\u00a1"
    "\u00bd\u00bc\u00be\u00b2\u00b3\u00b1\u00d7"
)
_OF_ICELAND = frozenset("\u00f0\u00fe\u00fd\u00d0\u00de\u00dd")
_BESIDE_THEM = frozenset("\u00e1\u00e9\u00ed\u00f3\u00fa\u00e6\u00c1\u00c9\u00cd\u00d3\u00da\u00c6")
"""Letters without which no Icelandic or Faroese is written; Turkish, in its encoding, has none."""
_SIGN_BEFORE_LETTER = re.compile(
    r"[\u00a3\u20ac\u00a7\u00a9\u00ae\u00bd\u00bc\u00be\u00b2\u00b3\u00b1\u00d7][^\W\d_]"
    r"|[^\W\d_][\u00a3\u00a7\u00bf\u00a1\u00ab\u00bb\u00b0][^\W\d_]"
)
_WORD = re.compile(r"[^\W\d_]+")
_UTF8_WITHIN = re.compile(
    rb"\xc2[\xa0-\xbf]|\xc3[\x80-\xbf]|\xe2[\x80\x82\x84][\x80-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]"
    rb"|\xef\xbb\xbf|[\xf0-\xf7][\x80-\xbf]{3}"
)
"""Bytes that are one character in UTF-8 and that no western word has beside each other."""
_ENDS_EARLY = ("unexpected end of data", "truncated data")


class Decoded(NamedTuple):
    """A text, and what a person should know about how it was decoded."""

    text: str
    notes: tuple[str, ...] = ()


def decode(content: bytes, file: str, encoding: str | None = None) -> Decoded:
    """The text of a file.

    A mark at the beginning decides; without one it is UTF-8. What is not UTF-8 is taken for
    Windows-1252, the encoding of Western Excel, if every letter and sign of it then is one that
    western languages use, and a note says so. The study can name the encoding instead.

    Raises
    ------
    InputError
        If the text cannot be told, or holds a byte that no text holds.
    """
    if encoding is not None:
        return Decoded(_named(content, file, encoding))
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    told = marked or _wide(content) or "utf-8"
    try:
        return Decoded(_without_nul(content.decode(told), file))
    except UnicodeDecodeError as error:
        if told == "utf-8" and (western := _western(content)) is not None:
            note = "is not UTF-8; it was read as Windows-1252"
            return Decoded(_without_nul(western, file), (note,))
        raise InputError([_undecoded(content, error, file, told)]) from error


def _undecoded(content: bytes, error: UnicodeDecodeError, file: str, told: str) -> Problem:
    if error.reason in _ENDS_EARLY and error.end == len(error.object):
        return Problem(file, "ends within a character; it was cut off, so export it again")
    skipped = len(content) - len(error.object)  # the mark in front is not counted by decode
    before = error.object[: error.start].decode(told, errors="replace")
    return _not_text(content[error.start + skipped], before, file)


def _named(content: bytes, file: str, encoding: str) -> str:
    shown = one_line(encoding)
    try:
        text = content.decode(encoding)
        text.encode("utf-8")  # what is half a character cannot be written anywhere
        return _without_nul(text, file)
    except UnicodeError:
        cure = f"is not text in the encoding '{shown}'; correct `encoding` in the configuration"
    except (LookupError, ValueError):  # no such name, or none that a codec can have
        cure = f"there is no encoding '{shown}'; write one such as utf-8 or cp1252"
    raise InputError([Problem(file, cure)])


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of the beginning is empty."""
    head = content[:MOST_LOOKED_AT]
    halves = head[0::2], head[1::2]
    empty = [half.count(0) > 0.7 * len(half) if half else False for half in halves]
    if empty == [False, True]:
        return "utf-16-le"
    return "utf-16-be" if empty == [True, False] else None


def _western(content: bytes) -> str | None:
    """The text in Windows-1252, or None where that makes letters no western word has."""
    if _UTF8_WITHIN.search(content):
        return None
    try:
        text = content.decode(WESTERN)
    except UnicodeDecodeError:
        return None
    foreign = {char for char in text if char > "\x7f"}
    if not foreign <= _WESTERN_LETTERS | _WESTERN_SIGNS:
        return None
    if foreign & _OF_ICELAND and not foreign & _BESIDE_THEM:
        return None
    words = {word for word in _WORD.findall(text) if not word.isascii()}
    is_western = not _SIGN_BEFORE_LETTER.search(text) and all(map(_is_western, words))
    return text if is_western else None


def _is_western(word: str) -> bool:
    """Whether a word can be one: letters with marks beside plain ones, capitals where they stand.

    The same bytes in another encoding make words of marked letters only, or capitals inside words.
    """
    if len(word) > 1 and not any(char.isascii() for char in word):
        return False
    pairs = pairwise(word)
    return not any(
        first.islower() and not second.isascii() and second.isupper() for first, second in pairs
    )


def _without_nul(text: str, file: str) -> str:
    """The text, if it holds nothing but characters."""
    place = text.find("\x00")
    if place >= 0:
        raise InputError([_not_text(0, text[:place], file)])
    return text


def _not_text(byte: int, before: str, file: str) -> Problem:
    """A byte that no text holds, told by the line in which it stands."""
    line = before.count("\n") + 1
    cure = (
        f"is not UTF-8 or UTF-16 text (byte 0x{byte:02x} in line {line}); save it as "
        "CSV UTF-8, or name its `encoding` in the configuration"
    )
    return Problem(file, cure)
