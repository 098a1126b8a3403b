"""Text of the manual as a tree: everything that can be set is there, all else is refused."""

import pytest

from pipeline.instrument.export.markdown_tree import anchor_of, parse_markdown, plain_text
from pipeline.problems import InputError


def blocks(text):
    title, *rest = parse_markdown(f"# Title\n\n{text}", "manual.md")
    assert title["level"] == 1
    return rest


def only(text):
    (block,) = blocks(text)
    return block


def refused(text):
    with pytest.raises(InputError) as error:
        parse_markdown(text, "manual.md")
    return error.value.problems


def words(*texts):
    return [[{"kind": "text", "text": text}] for text in texts]


def test_a_heading_has_its_level_its_words_and_the_name_that_links_use():
    assert only("## Who can *answer*?") == {
        "kind": "heading",
        "level": 2,
        "anchor": "who-can-answer",
        "inside": [
            {"kind": "text", "text": "Who can "},
            {"kind": "emphasis", "inside": [{"kind": "text", "text": "answer"}]},
            {"kind": "text", "text": "?"},
        ],
    }
    assert anchor_of("Part 1: For everyone") == "part-1-for-everyone"


def test_a_paragraph_holds_text_emphasis_code_and_breaks():
    inside = only("a **b *c*** `d`\ne  \nf")["inside"]
    assert [part["kind"] for part in inside] == [
        "text", "strong", "text", "code", "text", "text", "break", "text",
    ]  # fmt: skip
    assert plain_text(inside) == "a b c d e f"
    assert inside[1]["inside"][1]["kind"] == "emphasis"


def test_lists_hold_blocks_and_lists_within_them():
    bullets = only("- one\n- two\n  1. three\n")
    assert bullets["kind"] == "bullets"
    paragraph, inner = bullets["items"][1]
    assert plain_text(paragraph["inside"]) == "two"
    assert inner["kind"] == "numbers"
    assert inner["start"] == 1


def test_a_numbered_list_goes_on_from_its_first_number():
    assert only("4. four\n5. five")["start"] == 4


def test_a_table_has_a_head_rows_and_the_side_of_each_column():
    table = only("| a | b |\n|---|--:|\n| c | 1 |\n| d | 2 |")
    assert table["head"] == words("a", "b")
    assert table["rows"] == [words("c", "1"), words("d", "2")]
    assert table["right"] == [False, True]


def test_a_quotation_holds_blocks():
    quote = only("> one\n>\n> - two")
    assert [block["kind"] for block in quote["blocks"]] == ["paragraph", "bullets"]


def test_code_and_rules_are_blocks():
    assert only("```\na  b\n```") == {"kind": "code_block", "text": "a  b"}
    assert only("    a  b") == {"kind": "code_block", "text": "a  b"}
    assert only("---") == {"kind": "rule"}


def test_a_link_leads_outside_to_a_heading_or_to_a_file():
    paragraph, _ = blocks("[a](https://example.org) [b](#one) [c](privacy.md)\n\n## One")
    links = [part for part in paragraph["inside"] if part["kind"] == "link"]
    assert [(link["to"], link["target"]) for link in links] == [
        ("url", "https://example.org"),
        ("heading", "one"),
        ("file", "privacy.md"),
    ]


@pytest.mark.parametrize("text", ["<div>x</div>", "a <b>x</b>", "![x](y.png)"])
def test_what_cannot_be_set_is_refused_with_its_line(text):
    (problem, *_) = refused(f"# Title\n\n{text}\n")
    assert problem.row == 3
    assert "cannot be set" in problem.cure


def test_every_problem_is_told_at_once():
    assert [problem.row for problem in refused("# Title\n\n<hr>\n\n![x](y.png)\n")] == [3, 5]


@pytest.mark.parametrize("text", ["", "Words.", "## Second"])
def test_a_text_without_its_title_is_refused(text):
    assert "title" in refused(text)[0].cure


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("# Title\n\n# Another", 3),
        ("# Title\n\n### Third", 3),
        ("# Title\n\n> ## Within", 3),
        ("# Title\n\n## One\n\n## One", 5),
    ],
)
def test_headings_that_make_no_order_are_refused(text, row):
    (problem,) = refused(text)
    assert problem.row == row


@pytest.mark.parametrize("target", ["#nowhere", "ftp://example.org", "//example.org"])
def test_a_link_that_leads_nowhere_is_refused(target):
    (problem,) = refused(f"# Title\n\n[a]({target})")
    assert target in problem.cure
    assert problem.row == 3
