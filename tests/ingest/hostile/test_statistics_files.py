"""Statistics files and lists of responses: whole, cut, changed, or of strange content."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from tests.ingest.layouts import ITEMS, LABELS, PEOPLE

from .corpus import CLEAN, EITHER, Refused, mapping, table
from .test_workbooks import flipped

DAMAGED = Refused(": is damaged or of an unknown kind; export it again")
NO_ROWS = Refused(": has headings but no rows of answers")
TAIL = b'{"id":1,"result":"","error":null}'
UNREADABLE = Refused("[:,] ")


def name_of(heading):
    """A heading as a statistics file can have it."""
    return heading.replace(" ", "_")


MAPPED = mapping(
    columns={name: f"Q_{name}" for name in json.loads(mapping())["columns"]},
)
MAPPED_LIST = {"export.csv": b"", "m.yaml": MAPPED}


def frame(rows=None, numbers=False):
    headings, *below = rows or table()
    told = pd.DataFrame(below, columns=[name_of(heading) for heading in headings])
    if numbers:
        items = [name_of(f"Q {item}") for item in ITEMS]
        told[items] = told[items].apply(pd.to_numeric)
    return told


def written(kind, numbers=False, n=None, wide=False, **options):
    """The table as a statistics file."""
    told = frame(numbers=numbers).head(len(PEOPLE) if n is None else n)
    told = told.assign(remarks="x" * 700) if wide else told
    labels = {name_of(f"Q {item}"): LABELS for item in ITEMS} if numbers else None
    write = pyreadstat.write_sav if kind == "sav" else pyreadstat.write_dta
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x.{kind}")
        write(told, path, variable_value_labels=labels, **options)
        return path.read_bytes()


@pytest.fixture
def judge_mapped(judge):
    def run(content, expected):
        judge({**MAPPED_LIST, "export.csv": content}, expected, mapping=judge.path("m.yaml"))

    return run


SAV, DTA = written("sav"), written("dta")
FILES = {
    "SPSS": (SAV, CLEAN),
    "SPSS with numbers and labels": (written("sav", numbers=True), CLEAN),
    "SPSS compressed": (written("sav", compress=True), CLEAN),
    "SPSS packed by rows": (written("sav", row_compress=True), CLEAN),
    "SPSS with texts over 255 bytes": (written("sav", wide=True), CLEAN),
    "SPSS with numbers that it declares missing": (
        written("sav", numbers=True, missing_ranges={name_of("Q aaa103"): [98]}),
        CLEAN,
    ),
    "SPSS without cases": (written("sav", n=0), NO_ROWS),
    "SPSS with the answer of an interface behind": (SAV + TAIL, CLEAN),
    "SPSS with the answer of an interface and a line end": (SAV + TAIL + b"\n", CLEAN),
    "SPSS with other bytes behind": (SAV + b"garbage", EITHER),
    "SPSS with JSON that is cut behind": (SAV + TAIL[:-3], EITHER),
    "SPSS with another mark": (b"$XL2" + SAV[4:], UNREADABLE),
    "only the mark of SPSS": (b"$FL2", DAMAGED),
    "the mark of SPSS and nothing": (b"$FL2" + bytes(4096), DAMAGED),
    "SPSS with a negative number of cases": (SAV[:80] + b"\xfe\xff\xff\xff" + SAV[84:], EITHER),
    "SPSS with two thousand million cases": (SAV[:80] + b"\xff\xff\xff\x7f" + SAV[84:], EITHER),
    "SPSS with two thousand million columns": (SAV[:68] + b"\xff\xff\xff\x7f" + SAV[72:], EITHER),
    "SPSS of a computer with bytes in the other order": (
        SAV[:64] + SAV[64:68][::-1] + SAV[68:],
        UNREADABLE,
    ),
    "SPSS twice": (SAV + SAV, EITHER),
    "Stata": (DTA, CLEAN),
    "Stata 8": (written("dta", version=8), CLEAN),
    "Stata 10": (written("dta", version=10), CLEAN),
    "Stata 12": (written("dta", version=12), CLEAN),
    "Stata 14": (written("dta", version=14), CLEAN),
    "Stata 15 with numbers and labels": (written("dta", numbers=True, version=15), CLEAN),
    "Stata without cases": (written("dta", n=0), NO_ROWS),
    "only the mark of Stata": (b"<stata_dta>", DAMAGED),
    "the mark of Stata and nothing": (b"<stata_dta>" + bytes(4096), DAMAGED),
    "the mark of old Stata and nothing": (b"s\x01" + bytes(300), EITHER),
    "Stata with other bytes behind": (DTA + bytes(50), EITHER),
    "a transport file of SAS": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000", UNREADABLE),
    "data of R": (b"RDX3\nX\n\x00\x00\x00\x03", UNREADABLE),
}
"""A statistics file, and what comes out of it."""


@pytest.mark.parametrize("case", FILES)
def test_a_statistics_file_is_read_or_refused(case, judge_mapped):
    judge_mapped(*FILES[case])


@pytest.mark.parametrize("part", range(24))
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_statistics_file_that_is_cut_anywhere_is_a_result_or_a_refusal(kind, part, judge_mapped):
    whole = written(kind, numbers=True)
    judge_mapped(whole[: len(whole) * part // 24], EITHER if part else Refused(": is empty"))


@pytest.mark.parametrize("part", range(40))
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_one_wrong_byte_anywhere_is_a_result_or_a_refusal(kind, part, judge_mapped):
    whole = written(kind, numbers=True)
    judge_mapped(flipped(whole, len(whole) * part // 40), EITHER)


# ------------------------------------------------------------------------ lists of responses

HEADINGS, *ANSWERS = table()
RESPONSES = [dict(zip(HEADINGS, row, strict=True)) for row in ANSWERS]


def listed(responses):
    return json.dumps({"responses": responses})


def first(**cells):
    return [RESPONSES[0] | cells, *RESPONSES[1:]]


BAD_JSON = Refused(r"(, row \d+)?: is not valid JSON; export it again")
NO_LIST = Refused(": holds no list of responses; export it again")
NO_CELLS = Refused(r", row \d: this response does not hold one text for each question")
LISTS = {
    "responses": (listed(RESPONSES), CLEAN),
    "responses under their ids, as older versions write them": (
        listed([{str(n): response} for n, response in enumerate(RESPONSES)]),
        CLEAN,
    ),
    "indented": (json.dumps({"responses": RESPONSES}, indent=4), CLEAN),
    "after the mark of UTF-8": ("\ufeff" + listed(RESPONSES), CLEAN),
    "numbers instead of texts": (listed(first(**{"Q bbb104": 4, "took": 300.0})), CLEAN),
    "nothing instead of an empty text": (
        listed([{k: v or None for k, v in one.items()} for one in RESPONSES]),
        CLEAN,
    ),
    "truth values": (listed(first(done=True)), CLEAN),
    "empty cells left out": (
        listed([{k: v for k, v in one.items() if v} for one in RESPONSES]),
        CLEAN,
    ),
    "the remark first": (
        listed([{"remarks": one["remarks"]} | one for one in RESPONSES]),
        CLEAN,
    ),
    "cut in the middle": (listed(RESPONSES)[:400], BAD_JSON),
    "cut by one character": (listed(RESPONSES)[:-1], BAD_JSON),
    "with text behind": (listed(RESPONSES) + "}", BAD_JSON),
    "a comma too many": (listed(RESPONSES).replace("}]", "},]"), BAD_JSON),
    "with comments": (listed(RESPONSES).replace("[", "[ // all", 1), BAD_JSON),
    "apostrophes": (str({"responses": RESPONSES}), UNREADABLE),
    "nested 100,000 deep": ('{"responses": ' + "[" * 100_000, BAD_JSON),
    "nested 100,000 deep and closed": (
        '{"responses": ' + "[" * 100_000 + "]" * 100_000 + "}",
        UNREADABLE,
    ),
    "a number of 5,000 digits": (listed(first(took="@")).replace('"@"', "9" * 5000), BAD_JSON),
    "an endless number": (
        listed(first(took="@")).replace('"@"', "1e999"),
        CLEAN,
    ),
    "an endless answer": (
        listed(first(**{"Q bbb104": "@"})).replace('"@"', "1e999"),
        Refused(", row 1, column 'Q bbb104': answer 'inf' outside the scale"),
    ),
    "not a number": (
        listed(first(**{"Q bbb104": "@"})).replace('"@"', "NaN"),
        Refused(", row 1, column 'Q bbb104'"),
    ),
    "a key twice": (
        listed(RESPONSES).replace('"Q bbb104": "4"', '"Q bbb104": "4", "Q bbb104": "1"', 1),
        Refused(": 'Q bbb104' is written twice in one response; export it again"),
    ),
    "a list in a cell": (listed(first(remarks=["a", "b"])), NO_CELLS),
    "an object in a cell": (listed(first(remarks={"a": "b"})), NO_CELLS),
    "a text among responses": (listed([*RESPONSES, "x"]), NO_CELLS),
    "a number among responses": (listed([*RESPONSES, 7]), NO_CELLS),
    "nothing among responses": (listed([*RESPONSES, None]), NO_CELLS),
    "an empty response": (listed([*RESPONSES, {}]), CLEAN),
    "no responses": (listed([]), UNREADABLE),
    "only empty responses": (listed([{}, {}]), UNREADABLE),
    "responses that are no list": (json.dumps({"responses": {"a": 1}}), NO_LIST),
    "responses that are nothing": (json.dumps({"responses": None}), NO_LIST),
    "a list instead of an object": (json.dumps(RESPONSES), UNREADABLE),
    "the answer of an interface with an error": (
        '{"id":1,"result":{"status":"No permission"},"error":null}',
        UNREADABLE,
    ),
    "half of a surrogate pair": (listed(first(remarks="\ud83d")), CLEAN),
    "NUL in a cell": (listed(first(remarks="a\0b")), CLEAN),
    "a heading of 10,000 characters": (listed(first(**{"x" * 10_000: "1"})), CLEAN),
    "an empty heading": (listed(first(**{"": "1"})), CLEAN),
    "a heading with a line break": (listed(first(**{"a\nb": "1"})), CLEAN),
}
"""A list of responses, and what comes out of it."""


@pytest.mark.parametrize("case", LISTS)
def test_a_list_of_responses_is_read_or_refused(case, judge):
    text, expected = LISTS[case]
    judge(text.encode(), expected)
