"""The rules of item writing, checked on every item of the questionnaire."""

import re
import warnings
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.instrument import load_instrument

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import textstat

INSTRUMENT = load_instrument("instrument")
ITEMS = list(INSTRUMENT.items.values())
PRACTICES = INSTRUMENT.scales_in(INSTRUMENT.sections[0])

BANNED_STEMS = """
co-produc coproduc co-design stakeholder actor orchestrat meta- govern power broker
network boundary champion ambassador sponsor facilitat capacity engage transparen
perspective dialogue implement outcome evaluat tokenis vulnerable hard-to-reach lay
vision effectively appropriately truly strong always never all none training lack
"""
JOINS_TWO_IDEAS = r"\b(and|or|and/or|because|so that|in order to|but)\b"
NEGATIONS = r"\b(not|no|nobody|nothing|without|cannot|n't|unable|unsure|unused)\b"
FILL_INS = {name: str(text) for name, text in INSTRUMENT.fill_ins.items()}


def filled(item):
    return with_usual_words(item.text)


def with_usual_words(wording):
    text = str(wording)
    for name, words in FILL_INS.items():
        text = text.replace(f"{{{name}}}", words)
        text = text.replace(f"{{{name.capitalize()}}}", words.capitalize())
    return text


def words_of(text):
    return re.findall(r"[a-z'-]+", text.lower())


@pytest.fixture(params=ITEMS, ids=lambda item: item.id)
def item(request):
    return request.param


def test_an_item_has_six_to_sixteen_words(item):
    assert 6 <= len(words_of(filled(item))) <= 16


def test_an_item_reads_at_grade_eight_or_lower(item):
    assert textstat.flesch_kincaid_grade(filled(item)) <= 8


@pytest.mark.parametrize("form", [form.id for form in INSTRUMENT.forms])
def test_a_form_as_a_whole_reads_at_grade_six_or_lower(form):
    statements = INSTRUMENT.form(form).items.values()
    assert textstat.flesch_kincaid_grade(" ".join(filled(item) for item in statements)) <= 6


def banned_words_in(text):
    return {
        word
        for word in words_of(text)
        for stem in BANNED_STEMS.split()
        if word == stem or (len(stem) > 5 and word.startswith(stem))
    }


def test_an_item_has_no_banned_word(item):
    assert not banned_words_in(filled(item))


def test_an_item_joins_no_two_ideas(item):
    assert not re.search(JOINS_TWO_IDEAS, filled(item).lower())


def test_an_item_has_no_negation(item):
    assert not re.search(NEGATIONS, filled(item).lower())


def test_an_item_says_what_it_is_meant_to_ask(item):
    assert len(words_of(item.intent)) >= 3


def test_an_item_names_its_source_and_its_grade(item):
    assert item.source_lines
    assert item.grade in {"S", "E", "D"}


def test_an_item_has_a_note_for_translators(item):
    assert item.translation_note


def test_an_item_belongs_to_a_facet_that_says_who_can_see_it(item):
    (facet,) = [f for f in INSTRUMENT.scale_of_item[item.id].facets if item in f.items]
    assert facet.exposure in {"all", "mtg", "near", "late"}


def test_wording_is_in_the_present_except_where_the_past_is_asked_about():
    past = re.compile(r"\b(was|were|had|did|said|gave|helped|knew|asked|stopped)\b")
    for scale in PRACTICES:
        if scale.id not in {"INI", "IMP"}:
            for item in scale.items:
                main_clause = re.sub(r"\bhave (said|agreed|been told)\b", "", filled(item).lower())
                found = set(past.findall(main_clause)) - {"had"}
                assert not found, item.id


def test_every_practice_has_at_least_one_and_at_most_half_negatively_observed_items():
    for scale in PRACTICES:
        assert 1 <= len(scale.reversed_ids) <= len(scale.items) / 2, scale.id


def test_the_ways_of_leading_have_no_reversed_item():
    for scale in INSTRUMENT.scales_in(INSTRUMENT.sections[1]):
        assert not scale.reversed_ids, scale.id


def test_special_codes_fit_what_the_facet_asks():
    for scale in PRACTICES:
        for facet in scale.facets:
            for item in facet.items:
                assert "DK" in item.special_codes
                assert ("EARLY" in item.special_codes) == (scale.id == "IMP"), item.id
                assert ("LATER" in item.special_codes) == (scale.id == "INI"), item.id


def test_wordings_do_not_repeat_one_another():
    content = {
        item.id: set(words_of(filled(item)))
        - {"the", "a", "of", "to", "in", "people", "this", "work", "service", "users", "staff"}
        for item in ITEMS
    }
    for (one, first), (two, second) in combinations(content.items(), 2):
        if INSTRUMENT.scale_of_item[one] is not INSTRUMENT.scale_of_item[two]:
            overlap = len(first & second) / len(first | second)
            assert overlap < 0.5, f"{one} and {two}"


def test_no_two_statements_are_almost_the_same():
    for one, two in combinations(ITEMS, 2):
        alike = SequenceMatcher(None, filled(one).lower(), filled(two).lower(), autojunk=False)
        if alike.real_quick_ratio() > 0.85 and alike.quick_ratio() > 0.85:
            assert alike.ratio() < 0.85, f"{one.id} and {two.id}"


QUESTIONS = [*INSTRUMENT.person_questions, *INSTRUMENT.context_questions]


@pytest.fixture(params=QUESTIONS, ids=lambda question: question.id)
def question(request):
    return request.param


def test_a_sentence_of_a_question_reads_at_grade_eight_or_lower(question):
    for sentence in re.split(r"(?<=[.?!])\s+", filled(question)):
        assert textstat.flesch_kincaid_grade(sentence) <= 8, sentence


def test_a_question_has_no_banned_word(question):
    assert not banned_words_in(filled(question))


def test_a_question_says_what_it_asks_and_where_it_comes_from(question):
    assert len(words_of(question.intent)) >= 3
    assert question.translation_note
    assert question.source_lines or question.grade == "D"
    assert question.forms


def test_the_pictures_of_leading_are_of_equal_length():
    lengths = [
        len(words_of(str(part.description)))
        for part in INSTRUMENT.allocations[0].parts
        if part.id != "oth"
    ]
    assert max(lengths) - min(lengths) <= 3


def test_every_practice_has_two_or_three_reflective_questions():
    for scale in PRACTICES:
        assert 2 <= len(scale.reflective_questions) <= 3
        assert all(str(text).endswith("?") for text in scale.reflective_questions)


def test_every_practice_has_one_to_three_actions():
    for scale in PRACTICES:
        assert 1 <= len(scale.actions) <= 3, scale.id


def test_a_part_that_is_displayed_has_questions_to_talk_about():
    for section in INSTRUMENT.sections:
        if section.display != "none":
            scales = INSTRUMENT.scales_in(section)
            assert any(scale.reflective_questions for scale in scales), section.id


@pytest.mark.parametrize("name", ["BAR", "ENA"])
def test_a_list_of_conditions_has_one_or_two_reflective_questions(name):
    assert 1 <= len(INSTRUMENT.by_id[name].reflective_questions) <= 2


REFLECTIVE_QUESTIONS = [text for scale in INSTRUMENT.scales for text in scale.reflective_questions]
ACTIONS = [action for scale in INSTRUMENT.scales for action in scale.actions]


@pytest.mark.parametrize("text", REFLECTIVE_QUESTIONS, ids=str)
def test_a_reflective_question_is_one_easy_question(text):
    words = with_usual_words(text)
    assert words.endswith("?")
    assert words.count("?") == 1
    assert len(words_of(words)) <= 20
    assert textstat.flesch_kincaid_grade(words) <= 8


@pytest.fixture(params=ACTIONS, ids=lambda action: str(action.text))
def action(request):
    return request.param


def test_an_action_is_one_short_easy_sentence(action):
    words = with_usual_words(action.text)
    assert re.fullmatch(r"[A-Z][^.?!]*\.", words)
    assert len(words_of(words)) <= 20
    assert textstat.flesch_kincaid_grade(words) <= 8


def test_an_action_has_no_banned_word(action):
    assert not banned_words_in(with_usual_words(action.text))


def test_an_action_says_what_to_do_and_blames_nobody(action):
    words = words_of(with_usual_words(action.text))
    assert words[0] not in {"you", "we", "they", "the", "people", "sites", "others"}
    assert not {"must", "should", "stop", "fail", "failed", "bad", "wrong", "poor"} & set(words)


def test_no_two_actions_are_almost_the_same():
    for one, two in combinations(ACTIONS, 2):
        alike = SequenceMatcher(None, str(one.text), str(two.text), autojunk=False)
        assert alike.ratio() < 0.7, f"{one.text} / {two.text}"


def test_the_works_behind_every_action_have_a_name(action):
    works = INSTRUMENT.works_behind(action)
    assert works
    assert all("(" in str(work) or "not known" in str(work) for work in works)


SOURCES = Path("../shared/seeds")


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not here")
def test_every_source_line_exists_and_is_not_blank():
    texts = {
        path.name[:3]: path.read_text(encoding="utf-8").split("\n") for path in SOURCES.glob("*")
    }
    cited = [(asked.id, asked.source_lines) for asked in [*ITEMS, *QUESTIONS]]
    cited += [(str(action.text), action.source) for action in ACTIONS]
    for name, references in cited:
        for reference in references:
            source, line = reference.split(":")
            assert texts[source][int(line) - 1].strip(), f"{name}: {reference}"


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not here")
def test_every_source_text_has_a_name_on_the_cover():
    assert {path.name[:3] for path in SOURCES.glob("*")} == set(INSTRUMENT.sources)
