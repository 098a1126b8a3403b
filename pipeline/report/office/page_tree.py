"""A page of ours as a tree of its parts, for making other formats that say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "img", "hr", "input", "link", "meta"})
"""Parts that hold nothing and are not closed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page with the parts and texts in it, in order."""

    tag: str
    classes: frozenset[str] = frozenset()
    id: str | None = None
    address: str | None = None
    children: list[Part | str] = field(default_factory=list)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts directly in this one, without texts."""
        return tuple(child for child in self.children if isinstance(child, Part))

    @property
    def text(self) -> str:
        """All the words in it, with single spaces between them."""
        return " ".join("".join(self._words()).split())

    def all(self, *tags: str) -> Iterator[Part]:
        """The parts with these tags in it, itself included, in the order of the page."""
        if self.tag in tags:
            yield self
        for part in self.parts:
            yield from part.all(*tags)

    def _words(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag == "br":
                yield " "
            else:
                yield from child._words()


def tree_of(page: str) -> Part:
    """The body of a page.

    Raises
    ------
    ValueError
        If a part is closed that is not the last one opened, or the page has no body.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    body = next(reader.root.all("body"), None)
    if body is None or len(reader.open) > 1:
        raise ValueError("the page has no body, or one of its parts is not closed")
    return body


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Part("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(self.open[-1].parts[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = frozenset((given.get("class") or "").split())
        part = Part(tag, classes, given.get("id"), given.get("href"))
        self.open[-1].children.append(part)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise ValueError(f"</{tag}> closes <{self.open[-1].tag}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
