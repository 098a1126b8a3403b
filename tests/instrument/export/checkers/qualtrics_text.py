"""A strict reader of the text format for import into Qualtrics, as far as we write it.

Written from the published rules of the format and not from our writer: one tag a line, one line a
text, an id under each question, lists only where a type takes them and with their numbers.
"""

import re
from dataclasses import dataclass, field

LISTS = {
    "DB": (),
    "TE:SingleLine": (),
    "TE:Essay": (),
    "MC:SingleAnswer:Vertical": ("Choice",),
    "MC:MultipleAnswer:Vertical": ("Choice",),
    "Matrix": ("Choice", "Answer"),
}
"""The lists that each type of question needs, in order."""


class NotTheFormatError(Exception):
    """A line that the format does not allow, with its number and the reason."""


@dataclass(frozen=True)
class Question:
    kind: str
    code: str
    text: str
    lists: dict[str, dict[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    title: str
    pages: list[list[Question]]


def read_text(text: str) -> list[Block]:
    """The blocks, their pages and their questions."""
    return _Reader(text).blocks()


class _Reader:
    def __init__(self, text):
        self.lines = text.split("\n")
        self.place = 0
        self.codes = set()

    def refuse(self, reason):
        raise NotTheFormatError(f"line {self.place + 1}: {reason}")

    @property
    def line(self):
        return self.lines[self.place] if self.place < len(self.lines) else None

    def take(self):
        line = self.line
        if line is None:
            self.refuse("the file ends too early")
        self.place += 1
        return line

    def skip_blank(self):
        while self.line == "":
            self.place += 1

    def tag(self, pattern):
        """The content of a tag line that matches, and the line is taken; else None."""
        found = re.fullmatch(rf"\[\[{pattern}\]\]", self.line or "")
        if found:
            self.place += 1
        return found

    def words(self, what):
        if not (self.line or "").strip():
            self.refuse(f"{what} has no text")
        if "[[" in self.line or "]]" in self.line:
            self.refuse(f"{what} holds a tag")
        if self.line != self.line.strip():
            self.refuse(f"{what} starts or ends with a space")
        return self.take()

    def blocks(self):
        if not self.tag("AdvancedFormat"):
            self.refuse("the file does not start with its format")
        blocks = []
        self.skip_blank()
        while self.line is not None:
            title = self.tag(r"Block:([^\[\]]+)")
            if not title:
                self.refuse("neither a block nor a question of one")
            blocks.append(Block(title[1], self.pages()))
        if not blocks:
            self.refuse("there is no block")
        return blocks

    def pages(self):
        pages = [[]]
        self.skip_blank()
        while self.line is not None and not self.line.startswith("[[Block:"):
            if self.tag("PageBreak"):
                if not pages[-1]:
                    self.refuse("a page without a question")
                pages.append([])
            else:
                pages[-1].append(self.question())
            self.skip_blank()
        if not pages[-1]:
            self.refuse("a page without a question")
        return pages

    def question(self):
        kind = self.tag(r"Question:([A-Za-z:]+)")
        if not kind:
            self.refuse("neither a question nor a page break nor a block")
        if kind[1] not in LISTS:
            self.refuse(f"unknown type {kind[1]}")
        code = self.tag(r"ID:([A-Za-z][A-Za-z0-9_]*)")
        if not code:
            self.refuse("no id, or one with forbidden signs")
        if code[1].lower() in self.codes:
            self.refuse(f"id {code[1]} comes twice")
        self.codes.add(code[1].lower())
        text = self.words(f"question {code[1]}")
        lists = {name: self.numbered(name) for name in LISTS[kind[1]]}
        if self.take() != "":
            self.refuse("a line too many in a question")
        return Question(kind[1], code[1], text, lists)

    def numbered(self, name):
        if not self.tag(f"Advanced{name}s"):
            self.refuse(f"the list of {name} is missing")
        texts = {}
        while number := self.tag(rf"{name}:(0|[1-9]\d*)"):
            if int(number[1]) in texts:
                self.refuse(f"{name} {number[1]} comes twice")
            texts[int(number[1])] = self.words(f"{name} {number[1]}")
        if not texts:
            self.refuse(f"the list of {name} is empty")
        return texts
