"""Text in Markdown as a tree of plain lists and mappings, which a template can set.

Only what is listed here can be set; anything else is refused with its line, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from pipeline.problems import Problem, refuse_if_any

Node = dict[str, object]
"""A part of the text: its kind under ``kind``, what belongs to it under other keys."""

OUTSIDE = ("https://", "http://", "mailto:")

NAMES = {
    "html_block": "HTML",
    "html_inline": "HTML",
    "image": "a picture",
}
"""What people call some of the things that cannot be set."""


def parse_markdown(text: str, file: str) -> list[Node]:
    """The blocks of a text, in order.

    Headings, paragraphs, lists, tables, quotations, code and rules hold inline parts: text,
    emphasis, strong emphasis, code, line breaks and links. A link leads outside (``url``), to a
    heading of the same text (``heading``) or to another file of the project (``file``).

    Parameters
    ----------
    text : str
        CommonMark with tables.
    file : str
        Where the text comes from, to tell the reader of an error.

    Raises
    ------
    InputError
        If the text holds something else, does not open with the one heading of the first level,
        leaves out a level of headings, has two headings alike, or links to a heading that is not
        there.
    """
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    refuse_if_any(
        [
            *(p for node in tree.walk() for p in _unknown(node, file)),
            *_heading_problems(tree, file),
            *_link_problems(tree, file),
        ]
    )
    return _blocks(tree)


def plain_text(nodes: Sequence[Node]) -> str:
    """What is read when emphasis, links and the like are left aside."""
    return "".join(_plain(node) for node in nodes)


def anchor_of(heading: str) -> str:
    """The name by which links call a heading: small letters, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _plain(node: Node) -> str:
    if node["kind"] == "break":
        return " "
    inner = node.get("inside")
    return plain_text(inner) if isinstance(inner, list) else str(node["text"])


# ---------------------------------------------------------------- what cannot be set


def _unknown(node: SyntaxTreeNode, file: str) -> Iterator[Problem]:
    known = {*BLOCKS, *INLINES, *HELD_BY_OTHERS}
    if node.type not in known:
        name = NAMES.get(node.type, node.type)
        cure = f"{name} cannot be set in the manual; write it as plain text, a list or a table"
        yield Problem(file, cure, row=_line_of(node))


def _heading_problems(tree: SyntaxTreeNode, file: str) -> Iterator[Problem]:
    headings = [node for node in tree.walk() if node.type == "heading"]
    if not tree.children or tree.children[0].type != "heading" or _level(tree.children[0]) != 1:
        yield Problem(file, "open the text with its title as a heading of the first level (# ...)")
    before = 1
    seen: set[str] = set()
    for heading in headings:
        if heading.parent is not tree:
            cure = "a heading stands inside a list or quotation; put it outside"
            yield Problem(file, cure, row=_line_of(heading))
        if _level(heading) == 1 and heading is not headings[0]:
            cure = "a second heading of the first level; only the title is one, use ## here"
            yield Problem(file, cure, row=_line_of(heading))
        anchor = anchor_of(plain_text(_inlines(heading)))
        if anchor in seen:
            cure = "two headings have the same words, so a link cannot tell them apart; change one"
            yield Problem(file, cure, row=_line_of(heading))
        seen.add(anchor)
        if _level(heading) > before + 1:
            cure = f"a level of headings is left out; use {'#' * (before + 1)} here"
            yield Problem(file, cure, row=_line_of(heading))
        before = _level(heading)


def _link_problems(tree: SyntaxTreeNode, file: str) -> Iterator[Problem]:
    anchors = set(_anchors(tree))
    for link in (node for node in tree.walk() if node.type == "link"):
        target = str(link.attrs["href"])
        if target.startswith("#") and target[1:] not in anchors:
            cure = f"there is no heading '{target}'; link to one that is there"
            yield Problem(file, cure, row=_line_of(link))
        elif re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.IGNORECASE) and not target.startswith(
            OUTSIDE
        ):
            cure = f"the link '{target}' is neither a web page nor a file; use https://"
            yield Problem(file, cure, row=_line_of(link))


def _anchors(tree: SyntaxTreeNode) -> Iterator[str]:
    for node in tree.children:
        if node.type == "heading":
            yield anchor_of(plain_text(_inlines(node)))


def _line_of(node: SyntaxTreeNode) -> int | None:
    """The line where a part of the text begins; inline parts know only that of their block."""
    seen: SyntaxTreeNode | None = node
    while seen is not None and not seen.is_root:
        if seen.map is not None:
            return seen.map[0] + 1
        seen = seen.parent
    return None


def _level(heading: SyntaxTreeNode) -> int:
    return int(heading.tag.removeprefix("h"))


# ---------------------------------------------------------------- blocks


def _blocks(parent: SyntaxTreeNode) -> list[Node]:
    return [BLOCKS[node.type](node) for node in parent.children]


def _heading(node: SyntaxTreeNode) -> Node:
    inside = _inlines(node)
    anchor = anchor_of(plain_text(inside))
    return {"kind": "heading", "level": _level(node), "anchor": anchor, "inside": inside}


def _paragraph(node: SyntaxTreeNode) -> Node:
    return {"kind": "paragraph", "inside": _inlines(node)}


def _quote(node: SyntaxTreeNode) -> Node:
    return {"kind": "quote", "blocks": _blocks(node)}


def _bullets(node: SyntaxTreeNode) -> Node:
    return {"kind": "bullets", "items": [_blocks(item) for item in node.children]}


def _numbers(node: SyntaxTreeNode) -> Node:
    start = int(node.attrs.get("start", 1))
    return {"kind": "numbers", "start": start, "items": [_blocks(item) for item in node.children]}


def _table(node: SyntaxTreeNode) -> Node:
    rows = [row for part in node.children for row in part.children]
    head, *body = [[_inlines(cell) for cell in row.children] for row in rows]
    right = ["right" in str(cell.attrs.get("style", "")) for cell in rows[0].children]
    return {"kind": "table", "head": head, "rows": body, "right": right}


def _code_block(node: SyntaxTreeNode) -> Node:
    return {"kind": "code_block", "text": node.content.rstrip("\n")}


def _rule(node: SyntaxTreeNode) -> Node:
    return {"kind": "rule"}


BLOCKS: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "blockquote": _quote,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
    "table": _table,
    "fence": _code_block,
    "code_block": _code_block,
    "hr": _rule,
}
HELD_BY_OTHERS = ("root", "inline", "list_item", "thead", "tbody", "tr", "th", "td")
"""What is read together with the block around it."""


# ---------------------------------------------------------------- inline parts


def _inlines(block: SyntaxTreeNode) -> list[Node]:
    """The inline parts of a block that holds text."""
    return [part for inline in block.children for part in _parts(inline)]


def _parts(parent: SyntaxTreeNode) -> list[Node]:
    return [INLINES[node.type](node) for node in parent.children]


def _text(node: SyntaxTreeNode) -> Node:
    return {"kind": "text", "text": node.content}


def _space(node: SyntaxTreeNode) -> Node:
    return {"kind": "text", "text": " "}


def _break(node: SyntaxTreeNode) -> Node:
    return {"kind": "break"}


def _emphasis(node: SyntaxTreeNode) -> Node:
    return {"kind": "emphasis", "inside": _parts(node)}


def _strong(node: SyntaxTreeNode) -> Node:
    return {"kind": "strong", "inside": _parts(node)}


def _code(node: SyntaxTreeNode) -> Node:
    return {"kind": "code", "text": node.content}


def _link(node: SyntaxTreeNode) -> Node:
    target = str(node.attrs["href"])
    inside = _parts(node)
    if target.startswith("#"):
        return {"kind": "link", "to": "heading", "target": target[1:], "inside": inside}
    to = "url" if target.startswith(OUTSIDE) else "file"
    return {"kind": "link", "to": to, "target": target, "inside": inside}


INLINES: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "text": _text,
    "softbreak": _space,
    "hardbreak": _break,
    "em": _emphasis,
    "strong": _strong,
    "code_inline": _code,
    "link": _link,
}
