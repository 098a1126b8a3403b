"""Every file between rules: its columns and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.instrument import Instrument
from pipeline.instrument.evidence import ASPECTS, DECISIONS
from pipeline.tables.schema import Column, Kind, Table

# ---------------------------------------------------------------- 1_ingest: respondent level


HIGHEST_ANSWER = 32_767
_RESPONDENT = Column("respondent", "text", "key made from export and response id", required=True)
_PERSON = Column("person", "text", "hashed key of the person, the same in every survey round")
_SITE = Column("site", "text", "id of the site, as in the site list", required=True)
_WAVE = Column("wave", "text", "label of the survey round", required=True)
_GROUP = Column("group", "text", "respondent group by the grouping of the instrument")


def _kind_of_answer(name: str, instrument: Instrument) -> Kind:
    """Small numbers but for columns that can hold larger ones."""
    highest = instrument.highest_answer(name)
    return "integer" if highest is None or highest > HIGHEST_ANSWER else "answer"


def responses_table(instrument: Instrument) -> Table:
    """Analysed answers: one row a respondent in a site and wave, numbers or empty."""
    answers = tuple(
        Column(name, _kind_of_answer(name, instrument), f"answer to {name} as stored, not keyed")
        for name in instrument.answer_columns
    )
    return Table(
        "responses",
        "Answers of the respondents that are analysed; empty where there is no usable answer.",
        (
            _RESPONDENT,
            _PERSON,
            _SITE,
            _WAVE,
            _GROUP,
            Column("export", "text", "file the row came from", required=True),
            Column("language", "text", "language of the questionnaire, if the platform says"),
            Column("finished", "yes_no", "the platform recorded the questionnaire as finished"),
            Column("seconds", "number", "time from opening to submitting"),
            *answers,
        ),
        key=("respondent",),
    )


MISSING_REASONS = ("SKIPPED", "NOT_REACHED", "NOT_SHOWN", "NOT_ASKED", "UNKNOWN")
"""Why a cell is empty when no special code says so: seen and left blank; after the point where
the respondent stopped; never on the screen, by the account of the platform; not in the form that
was asked; the platform does not tell."""

MISSING = Table(
    "missing",
    "Why an answer of an analysed respondent is missing, a row a cell: a special code of the "
    "instrument, or SKIPPED, NOT_REACHED, NOT_SHOWN, NOT_ASKED, UNKNOWN.",
    (
        _RESPONDENT,
        Column("column", "text", "answer column of the instrument", required=True),
        Column("reason", "text", "special code or reason", required=True),
    ),
    key=("respondent", "column"),
)

SITES = Table(
    "sites",
    "The sites of the study.",
    (
        _SITE,
        Column("label", "text", "name shown in reports", required=True),
        Column("slug", "text", "name of its files", required=True),
        Column("invited", "integer", "people invited, if the site list says"),
    ),
    key=("site",),
)

INVITED = Table(
    "invited",
    "How many people of each respondent group were invited, where the site list says.",
    (
        _SITE,
        _GROUP,
        Column("invited", "integer", "people invited", required=True),
    ),
    key=("site", "group"),
)

SITE_CONTEXT = Table(
    "site_context",
    "Answers of the site form, a row a fact.",
    (
        _SITE,
        Column("question", "text", "context question of the instrument", required=True),
        Column("value", "integer", "answer", required=True),
    ),
    key=("site", "question", "value"),
)

OPEN_ANSWERS = Table(
    "open_answers",
    "What people wrote in their own words, sorted by the text, so that it cannot be joined to "
    "anything else about them. Restricted whatever the size of the site.",
    (
        _SITE,
        _WAVE,
        Column("question", "text", "open question of the instrument", required=True),
        Column("text", "text", "as it was written", required=True),
    ),
)

EXCLUSIONS = (
    "PREVIEW",
    "TEST",
    "SPAM",
    "REJECTED",
    "DUPLICATE_ROW",
    "NO_SITE",
    "SAME_RESPONSE",
    "SAME_PERSON",
    "TOO_FEW_ANSWERS",
    "CARELESS",
)

LEDGER_ROWS = Table(
    "ledger_rows",
    "What became of every row of every export.",
    (
        Column("export", "text", "file", required=True),
        Column("platform", "text", "survey platform", required=True),
        Column("row", "integer", "row as a spreadsheet counts it", required=True),
        Column("wave", "text", "label of the survey round", required=True),
        Column("site", "text", "id of the site"),
        Column(
            "outcome",
            "text",
            "analysed, excluded, or joined to another row of the same record",
            required=True,
            categories=("analysed", "excluded", "joined"),
        ),
        Column("reason", "text", "why excluded", categories=EXCLUSIONS),
    ),
    key=("export", "row"),
)

LEDGER_CELLS = Table(
    "ledger_cells",
    "What became of every answer cell of every export: the counts add up to rows x columns. "
    "Open questions are counted where an export has a column for them.",
    (
        Column("export", "text", "file", required=True),
        Column("column", "text", "answer column or open question", required=True),
        Column(
            "outcome",
            "text",
            "ANSWERED, a special code, a reason for a blank, EXCLUDED_ROW or JOINED_ROW; of open "
            "questions KEPT_APART or NO_TEXT, EXCLUDED_ROW or JOINED_ROW",
            required=True,
        ),
        Column("cells", "integer", "number of cells", required=True),
    ),
    key=("export", "column", "outcome"),
)

LEDGER_COLUMNS = Table(
    "ledger_columns",
    "What became of every column of every export.",
    (
        Column("export", "text", "file", required=True),
        Column("position", "integer", "place in the file, from 1", required=True),
        Column("heading", "text", "heading in the file", required=True),
        Column(
            "use",
            "text",
            "what it was used as",
            required=True,
            categories=(
                "answer",
                "open_answer",
                "site",
                "person",
                "attention_check",
                "record",
                "dropped_personal",
                "dropped",
            ),
        ),
        Column("answer_column", "text", "answer columns or open question it was matched to"),
    ),
    key=("export", "position"),
)

_SIGNS: tuple[tuple[str, Kind, str], ...] = (
    ("longest_run", "integer", "longest run of identical answers"),
    (
        "run_across_keying",
        "integer",
        "longest run of identical answers to items of both directions",
    ),
    ("average_run", "number", "mean length of the runs of identical answers"),
    ("individual_sd", "number", "standard deviation of the respondent's own answers"),
    ("even_odd", "number", "even-odd consistency, Spearman-Brown corrected"),
    ("synonyms", "number", "correlation within the person over pairs of synonyms"),
    ("antonyms", "number", "correlation within the person over pairs of antonyms"),
    ("person_total", "number", "correlation with the means of the others"),
    ("guttman", "number", "normed Guttman errors"),
    ("mahalanobis", "number", "squared Mahalanobis distance over the items answered"),
    ("mahalanobis_p", "number", "its upper tail probability under normality"),
    ("seconds_per_item", "number", "time divided by items answered"),
    ("share_of_site_median", "number", "that time divided by the median of the site"),
    ("duplicates", "integer", "respondents with exactly the same answers"),
    ("near_duplicates", "integer", "respondents with nearly the same answers"),
)
_FLAGS = (
    ("straight_line", "same answer to every item, reversed ones included"),
    ("long_run", "a long run of identical answers to items of both directions"),
    ("no_spread", "all answers the same"),
    ("inconsistent", "several signs that the answers do not hang together"),
    ("low_even_odd", "low even-odd consistency"),
    ("low_synonyms", "other answers to synonyms"),
    ("high_antonyms", "the same answers to antonyms"),
    ("low_person_total", "against what others find easy and hard to agree with"),
    ("high_guttman", "many Guttman errors"),
    ("far_from_others", "a large Mahalanobis distance"),
    ("speeding", "less time than the text takes to read"),
    ("fast_for_site", "much faster than others at the site"),
    ("duplicate", "the same answers as somebody else"),
    ("near_duplicate", "nearly the same answers as somebody else"),
    ("attention_failed", "another answer than an attention check asked for"),
)

SCREENING = Table(
    "screening",
    "Signs of careless answering, a row a respondent that would otherwise be analysed. A flag is "
    "empty where it cannot be judged.",
    (
        _RESPONDENT,
        _SITE,
        _WAVE,
        Column("n_answered", "integer", "items answered on the scale", required=True),
        *(Column(name, kind, what) for name, kind, what in _SIGNS),
        *(Column(name, "yes_no", what) for name, what in _FLAGS),
        Column("n_strong", "integer", "independent families with a strong flag", required=True),
        Column("excluded", "yes_no", "left out by the rule of the study", required=True),
        Column("reasons", "text", "strong flags of those left out"),
    ),
    key=("respondent",),
)

# ------------------------------------------------------------------- 2_score


def scores_table(instrument: Instrument) -> Table:
    """Scale scores: one row a respondent."""
    scores = tuple(
        Column(scale.id, "number", f"mean of the keyed items of {scale.id}")
        for scale in instrument.scored_scales
    )
    return Table(
        "scores",
        "Mean of the keyed items of each scale; empty where too few items were answered.",
        (_RESPONDENT, _SITE, _WAVE, _GROUP, *scores),
        key=("respondent",),
    )


MANIFEST = Table(
    "manifest",
    "Which batch each site is worked on in.",
    (Column("batch", "text", "three digits", required=True), _SITE),
    key=("site",),
)

# ------------------------------------------- 3_psychometrics and 4_benchmark: estimates, long

ESTIMATE_COLUMNS = (
    Column("wave", "text", "label of the survey round"),
    Column("site", "text", "id of the site; empty for the whole programme"),
    Column("group", "text", "respondent group; empty for everyone"),
    Column("scale", "text", "scale, or constant-sum question"),
    Column("item", "text", "item, answer column or answer"),
    Column("factor", "text", "factor of a factor analysis, or a number of factors"),
    Column("statistic", "text", "what is estimated", required=True),
    Column("estimate", "number", "full precision"),
    Column("se", "number", "standard error"),
    Column("ci_low", "number", "lower end of the interval"),
    Column("ci_high", "number", "upper end of the interval"),
    Column("confidence_level", "number", "coverage of the interval"),
    Column("n_respondents", "integer", "respondents behind the estimate"),
    Column("method", "text", "how it was estimated"),
    Column("condition", "text", "what the reader must know about this estimate"),
)
ESTIMATE_KEY = ("wave", "site", "group", "scale", "item", "factor", "statistic", "method")

ESTIMATES = Table("estimates", "Estimates, a row each.", ESTIMATE_COLUMNS, key=ESTIMATE_KEY)

RELEASED = Table(
    "released",
    "Estimates that may leave: rounded, with counts rounded to five, after disclosure control.",
    tuple(column for column in ESTIMATE_COLUMNS if column.name != "se"),
    key=ESTIMATE_KEY,
)

WITHHELD = Table(
    "withheld",
    "Every estimate that was held back, with the rule that held it.",
    (
        *(column for column in ESTIMATE_COLUMNS if column.name in ESTIMATE_KEY),
        Column("rule", "text", "rule of the disclosure module", required=True),
    ),
)

# --------------------------------------------------- 3_psychometrics: halves of the sample

HALVES = Table(
    "halves",
    "What each analysed respondent of the survey round is used for: exploring factors, confirming "
    "them, or both where the sample is too small to be split.",
    (
        _RESPONDENT,
        Column(
            "half",
            "text",
            "exploring, confirming or both",
            required=True,
            categories=("exploring", "confirming", "both"),
        ),
    ),
    key=("respondent",),
)

# ------------------------------------- 3_psychometrics: careless answering and missing answers

SCREENING_COUNTS = Table(
    "screening_counts",
    "How many respondents of the survey round show each sign of careless answering; the row "
    "without a flag is about any flag, and about everybody.",
    (
        _WAVE,
        Column("flag", "text", "flag of the screening table; empty for any of them"),
        Column("family", "text", "flags of one family rest on the same evidence"),
        Column("strong", "yes_no", "the flag can lead to being left out", required=True),
        Column("families_needed", "integer", "strong families for being left out", required=True),
        Column("n_judged", "integer", "respondents for whom the flag could be judged"),
        Column("n_flagged", "integer", "respondents with the flag"),
        Column("n_excluded", "integer", "respondents left out with the flag among the reasons"),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "flag"),
)

SCREENING_EFFECT = Table(
    "screening_effect",
    "Results of each scale of the survey round with and without those left out as careless.",
    (
        _WAVE,
        Column("scale", "text", "scale with a score", required=True),
        Column("n_with", "integer", "respondents with a score, careless ones included"),
        Column("n_without", "integer", "respondents with a score, careless ones left out"),
        Column("mean_with", "number", "mean score, careless ones included"),
        Column("mean_without", "number", "mean score, careless ones left out"),
        Column("sd_with", "number", "standard deviation, careless ones included"),
        Column(
            "difference",
            "number",
            "mean without minus mean with, in standard deviations; once released 0 is less than "
            "0.1 in size",
        ),
        Column("n_complete_with", "integer", "respondents behind alpha, careless ones included"),
        Column("n_complete_without", "integer", "respondents behind alpha, careless ones left out"),
        Column("alpha_with", "number", "Cronbach's alpha, careless ones included"),
        Column("alpha_without", "number", "Cronbach's alpha, careless ones left out"),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "scale"),
)

MISSING_STATISTICS = (
    "little_chi_square",
    "little_df",
    "little_p_value",
    "n_patterns",
    "respondents_complete",
    "respondents_with_pattern",
    "respondents_with_other_pattern",
)

MISSING_DATA = Table(
    "missing_data",
    "Answers that are missing together in the survey round: Little's test on the items of each "
    "scale, and how many respondents lack which scores.",
    (
        _WAVE,
        Column("scale", "text", "scale whose items are tested"),
        Column("pattern", "text", "scales without a score, though their items were asked"),
        Column("statistic", "text", "what it is", required=True, categories=MISSING_STATISTICS),
        Column("estimate", "number", "full precision"),
        Column("n_respondents", "integer", "respondents behind the estimate"),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "scale", "pattern", "statistic"),
)

# ----------------------------- 3_psychometrics: rival models, and what may be compared with what

SAMPLES = ("confirming", "all")
"""Respondents a model is held against: those kept for confirming, and everybody."""

RIVAL_MODELS = Table(
    "rival_models",
    "The models that were held against the answers, and why others could not be.",
    (
        _WAVE,
        Column("scale", "text", "section whose items they are about", required=True),
        Column("model", "text", "id of the model", required=True),
        Column("title", "text", "name of the model", required=True),
        Column("reason", "text", "why the answers may have this structure", required=True),
        Column(
            "use",
            "text",
            "the model the others are held against, a rival, or only a help for reading",
            required=True,
            categories=("preferred", "rival", "reading"),
        ),
        Column("sample", "text", "whose answers", required=True, categories=SAMPLES),
        Column("text", "text", "the model in the notation of lavaan; empty where it has none"),
        Column("obstacle", "text", "why it was not fitted; empty where it was"),
        Column("note", "text", "what the model does without"),
        Column(
            "preferred",
            "text",
            "whether the numbers declared beforehand prefer it to the preferred model",
            categories=("yes", "no", "not judged"),
        ),
        Column("verdict", "text", "which of these numbers were met and which not"),
    ),
    key=("wave", "scale", "model", "sample"),
)

FALSIFIERS = Table(
    "falsifiers",
    "What would prove the preferred model wrong, set down beforehand, and whether it was found.",
    (
        _WAVE,
        Column("scale", "text", "section whose items it is about", required=True),
        Column("falsifier", "text", "its id", required=True),
        Column("about", "text", "the scale, or the two scales, it is looked at for"),
        Column("sample", "text", "whose answers", required=True, categories=SAMPLES),
        Column("statement", "text", "what it says", required=True),
        Column(
            "found",
            "text",
            "whether what it says was found",
            required=True,
            categories=("yes", "no", "not judged"),
        ),
        Column("words", "text", "what was looked at, in sentences", required=True),
        Column("consequence", "text", "what follows if it was found", required=True),
    ),
    key=("wave", "scale", "falsifier", "about", "sample"),
)

CLAIM_VERDICTS = ("agrees", "direction only", "does not agree", "not judged")
"""The value lies in the band that was expected; only its sign is right; neither; nobody knows."""

HYPOTHESIS_VERDICTS = (*CLAIM_VERDICTS, "partly judged", "supported", "not supported")
"""Of a hypothesis also: what could be judged does not speak against it. Of all that count together:
their points reach what is needed, or cannot reach it any more."""

CLAIMS = Table(
    "claims",
    "What was expected of the answers beforehand, held against them: a row for each number.",
    (
        _WAVE,
        Column("hypothesis", "text", "its id", required=True),
        Column("claim", "text", "id of the claim", required=True),
        Column("about", "text", "variables; empty where the claim was not judged"),
        Column("scales", "text", "scales whose answers it is about"),
        Column("kind", "text", "kind of the statistic", required=True),
        Column("level", "text", "who is compared with whom", required=True),
        Column("exploratory", "yes_no", "the claim does not count", required=True),
        Column("statistic", "text", "the statistic in words", required=True),
        Column("expected", "text", "the values that agree", required=True),
        Column("estimate", "number", "the statistic"),
        Column("ci_low", "number", "lower end of the interval"),
        Column("ci_high", "number", "upper end of the interval"),
        Column("confidence_level", "number", "coverage of the interval"),
        Column("n", "integer", "people or sites behind it"),
        Column("unit", "text", "what n counts", required=True, categories=("people", "sites")),
        Column("method", "text", "how it was estimated"),
        Column("reliability", "text", "what was corrected for"),
        Column("verdict", "text", "of this number", required=True, categories=CLAIM_VERDICTS),
        Column("reason", "text", "why it is not judged, or what else speaks against it"),
        Column("shortfall", "text", "what it lacks of the evidence that was laid down"),
    ),
    key=("wave", "claim", "about"),
)

HYPOTHESES = Table(
    "hypotheses",
    "Whether what was expected of the answers was found: a row for each hypothesis, and one "
    "without a name for all that count together.",
    (
        _WAVE,
        Column("hypothesis", "text", "its id"),
        Column("statement", "text", "what it says", required=True),
        Column("n_claims", "integer", "claims that count", required=True),
        Column("n_judged", "integer", "those that could be judged", required=True),
        Column("n_agreeing", "integer", "those that agree", required=True),
        Column("n_direction", "integer", "those whose direction alone is right", required=True),
        Column("verdict", "text", "in one", required=True, categories=HYPOTHESIS_VERDICTS),
        Column("counted", "yes_no", "it counts towards the points", required=True),
        Column("points", "number", "points reached; empty while claims are not judged"),
        Column("most_points", "number", "points that can still be reached", required=True),
        Column("points_needed", "number", "points that all together need"),
        Column("reason", "text", "why claims were not judged"),
        Column("shortfall", "text", "what it lacks of the evidence that was laid down"),
    ),
    key=("wave", "hypothesis"),
)

MODEL_ESTIMATES = Table(
    "model_estimates",
    "Estimates of confirmatory models, a row each. `group` is a group of the grouping, `item` and "
    "`factor` are both sides of a parameter.",
    (
        _WAVE,
        Column("scale", "text", "scale, or section with several", required=True),
        Column("model", "text", "id of a rival model; empty for the factor of one scale"),
        Column("sample", "text", "whose answers", required=True, categories=SAMPLES),
        Column("grouping", "text", "what parts the respondents into groups; empty where nothing"),
        Column("step", "text", "step of a ladder of models; empty for a single model"),
        *(column for column in ESTIMATE_COLUMNS if column.name not in ("wave", "site", "scale")),
    ),
    key=(
        "wave",
        "scale",
        "model",
        "sample",
        "grouping",
        "step",
        "group",
        "item",
        "factor",
        "statistic",
        "method",
    ),
)

STEP_VERDICTS = ("baseline", "holds", "small", "fails", "untested")

INVARIANCE = Table(
    "invariance",
    "Whether the items of a scale mean the same in groups: a ladder of models, a row a step. "
    "Indices are those of the corrected chi-square where there is one.",
    (
        _WAVE,
        Column("scale", "text", "scale with a score", required=True),
        Column("grouping", "text", "what parts the respondents into groups", required=True),
        Column("step", "text", "name of the step", required=True),
        Column("equal", "text", "what is equal in all groups"),
        Column("free", "text", "exceptions"),
        Column("groups", "text", "the groups", required=True),
        Column("left_out", "text", "groups with too few respondents, which are left out"),
        Column("n_respondents", "integer", "respondents of all groups together"),
        Column("chi_square", "number", "chi-square of the model"),
        Column("df", "integer", "its degrees of freedom"),
        Column("cfi", "number", "CFI"),
        Column("tli", "number", "TLI"),
        Column("rmsea", "number", "RMSEA"),
        Column("srmr", "number", "SRMR"),
        Column("chi_square_difference", "number", "test against the step before"),
        Column("df_difference", "integer", "its degrees of freedom"),
        Column("p_value", "number", "its p"),
        Column("change_cfi", "number", "CFI less that of the step before"),
        Column("change_rmsea", "number", "RMSEA less that of the step before"),
        Column("change_srmr", "number", "SRMR less that of the step before"),
        Column("limits", "text", "source of the limits of these changes"),
        Column(
            "verdict",
            "text",
            "no difference found; a small one; a large one; or not tested",
            required=True,
            categories=STEP_VERDICTS,
        ),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "scale", "grouping", "step"),
)

GATE_NAMES = (
    "structure",
    "reliability",
    "role",
    "language",
    "platform",
    "wave",
    "sites",
    "aggregation",
)
"""What has to hold before numbers of a scale are set side by side: its items show one factor; its
score is more than chance; it means the same in the respondent groups, in every language, on every
platform, in every survey round, and at every site; and people of a site resemble each other enough
for their mean to stand for the site."""

GATE_FORBIDS: Mapping[str, tuple[str, ...]] = {
    "structure": ("groups", "sites", "waves"),
    "reliability": ("groups", "sites", "waves"),
    "role": ("groups",),
    "language": ("sites",),
    "platform": ("sites",),
    "wave": ("waves",),
    "sites": ("sites",),
    "aggregation": ("sites",),
}
"""Comparisons that each gate forbids while it is closed. Sites may differ in language and
platform."""

VERDICTS = ("open", "caution", "closed", "untested")
"""Passed; passed with a reservation; not passed, so nothing that needs it may be shown; and not
tested, because something is missing."""

GATES = Table(
    "gates",
    "Whether numbers of a scale may be compared, a row for each scale and gate. What a closed gate "
    "forbids is withheld.",
    (
        _WAVE,
        Column("scale", "text", "scale with a score", required=True),
        Column("gate", "text", "what has to hold", required=True, categories=GATE_NAMES),
        Column("verdict", "text", "the result", required=True, categories=VERDICTS),
        Column("criterion", "text", "what was looked at, and its limits"),
        Column("number", "number", "the number that decided; empty where there is none"),
        Column("reason", "text", "the result in a sentence", required=True),
        Column("needs", "text", "what is missing for a test; empty where it was tested"),
    ),
    key=("wave", "scale", "gate"),
)

# ------------------------- 4_benchmark: comparisons, made from what may leave and nothing else

BANDS = ("clearly_lower", "lower", "like_programme", "higher", "clearly_higher")
"""Five words for where the mean of a site lies among the sites of its programme."""

BASES = ("plain", "role_balanced", "weighted", "adjusted")
"""Which mean of a site is compared: that of everybody who answered; of both respondent groups with
equal weight; of both with the weight they have among those invited; or the plain one with the
composition of the site taken out by regression."""

_BASIS = Column("basis", "text", "which mean of the site", required=True, categories=BASES)
_SCALE = Column("scale", "text", "scale with a score", required=True)
_SITE_OR_PROGRAMME = Column("site", "text", "id of the site; empty for the whole programme")


def _numbers(*described: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, "number", what) for name, what in described)


SITE_COMPARISONS = Table(
    "site_comparisons",
    "Where each site lies among the sites of its programme, from released means. Sites are in the "
    "order of their ids; nothing is ranked.",
    (
        _WAVE,
        _SITE,
        _SCALE,
        _BASIS,
        Column("n_respondents", "integer", "respondents behind the mean, rounded"),
        *_numbers(
            ("mean", "mean of the site"),
            ("ci_low", "lower end of the interval of the mean by itself"),
            ("ci_high", "upper end"),
            ("pair_low", "lower end of the interval made for comparing two sites"),
            ("pair_high", "upper end"),
            ("reliability", "reliability of the mean"),
            ("shrunken_mean", "mean drawn towards that of the programme by its unreliability"),
            ("shrunken_low", "lower end of its interval"),
            ("shrunken_high", "upper end"),
            (
                "z",
                "distance from the centre of all sites, in standard errors that hold what "
                "differs between sites as well",
            ),
            ("p_value", "two-sided p of z by Student's t with n_sites - 2 degrees of freedom"),
            ("p_adjusted", "p with the false discovery rate controlled over the scales of a site"),
        ),
        Column("band", "text", "the place in a word; empty where there is none", categories=BANDS),
        Column("condition", "text", "why there is no word, or what the reader must know"),
        *_numbers(
            ("top_fifth", "probability of being among the highest fifth of the sites"),
            ("bottom_fifth", "probability of being among the lowest fifth"),
            ("rank_low", "lower end of the interval of the rank; 1 is the highest mean"),
            ("rank_high", "upper end"),
        ),
        Column("rank_condition", "text", "why there is no interval of the rank"),
    ),
    key=("wave", "site", "scale", "basis"),
)

SCALE_COMPARISONS = Table(
    "scale_comparisons",
    "How far the sites of a programme lie apart on a scale, from released means: what a funnel is "
    "drawn from.",
    (
        _WAVE,
        _SCALE,
        _BASIS,
        Column("n_sites", "integer", "sites that are compared", required=True),
        *_numbers(
            ("centre", "mean of the sites, weighted by 1 / (variance_within / n + variance_added)"),
            ("variance_within", "variance of respondents within sites"),
            ("variance_between", "variance between the true means of sites, by REML"),
            ("q", "sum of squared distances from the mean weighted by people, in standard errors"),
            ("over_dispersion", "how many times larger than by chance, extremes drawn in"),
            ("variance_added", "variance between sites that the funnel allows for"),
            ("pair_multiplier", "standard errors in half an interval made for comparing pairs"),
        ),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "scale", "basis"),
)

LINKED_PEOPLE = Table(
    "linked_people",
    "Change of everybody who answered at one site in the two latest survey rounds. Restricted.",
    (
        _WAVE,
        _SITE,
        _GROUP,
        _RESPONDENT,
        _SCALE,
        Column("change", "number", "score now minus score before", required=True),
        Column(
            "direction",
            "integer",
            "1 or -1 where it exceeds measurement error, else 0",
            required=True,
        ),
    ),
    key=("respondent", "scale"),
)

CHANGE_VERDICTS = ("higher", "lower", "no_clear_change")

SITE_CHANGES = Table(
    "site_changes",
    "Change of a mean since an earlier survey round, from released means.",
    (
        _WAVE,
        Column("earlier_wave", "text", "the survey round it is compared with", required=True),
        _SITE_OR_PROGRAMME,
        _SCALE,
        Column(
            "basis",
            "text",
            "which mean: as for comparisons, or of the people who answered in both rounds",
            required=True,
            categories=(*BASES, "linked"),
        ),
        Column("n_before", "integer", "respondents in the earlier round, rounded"),
        Column("n_now", "integer", "respondents in this round, rounded"),
        *_numbers(
            ("mean_before", "mean in the earlier round"),
            ("mean_now", "mean in this round"),
            ("change", "mean now minus mean before"),
            ("ci_low", "lower end of its interval"),
            ("ci_high", "upper end"),
            ("confidence_level", "coverage of the interval"),
            ("smallest_detectable", "smallest change of this mean that chance rarely brings about"),
            ("share_higher", "people whose score rose by more than measurement error"),
            ("share_lower", "people whose score fell by more than measurement error"),
        ),
        Column("verdict", "text", "the change in a word", categories=CHANGE_VERDICTS),
        Column("method", "text", "how it was computed"),
        Column("condition", "text", "why there is no change shown, or what the reader must know"),
    ),
    key=("wave", "earlier_wave", "site", "scale", "basis"),
)

RESPONSE = Table(
    "response",
    "Who was invited and who answered, by site, respondent group and survey round; from released "
    "counts.",
    (
        _WAVE,
        _SITE_OR_PROGRAMME,
        _GROUP,
        Column("invited", "integer", "people invited, if the site list says"),
        Column("respondents", "integer", "people who answered, rounded; empty where withheld"),
        *_numbers(
            ("response_rate", "respondents in those invited, rounded to .05"),
            ("share", "share of the group among those who answered"),
            ("share_invited", "share of the group among those invited"),
        ),
        Column("condition", "text", "what the reader must know about this row"),
    ),
    key=("wave", "site", "group"),
)

CLUSTERS = Table(
    "clusters",
    "Sites rolled up by the tree of the configuration: means of the answers of all sites of a "
    "cluster together, as they may leave.",
    (
        _WAVE,
        Column("cluster", "text", "name of the cluster", required=True),
        Column("parent", "text", "cluster it is part of; empty for the programme"),
        Column("scale", "text", "scale with a score; empty for counts"),
        Column("statistic", "text", "what is estimated", required=True),
        Column("estimate", "number", "rounded; empty where withheld"),
        Column("ci_low", "number", "lower end of the interval"),
        Column("ci_high", "number", "upper end of the interval"),
        Column("confidence_level", "number", "coverage of the interval"),
        Column("n_respondents", "integer", "respondents behind the estimate, rounded"),
        Column("method", "text", "how it was estimated"),
        Column("rule", "text", "rule of the disclosure module that withholds it; empty if shown"),
    ),
    key=("wave", "cluster", "scale", "statistic"),
)

# ------------------------------------------------ 3_psychometrics: what people say about items

WORDINGS = ("present", "earlier")
"""Whether something was said about the wording that an item has now."""

_ABOUT_ITEMS = (
    Column("wording", "text", "present or earlier", required=True, categories=WORDINGS),
    Column("group", "text", "group of the people; empty for all together"),
    Column("scale", "text", "home scale of the item; empty for all items"),
    Column("item", "text", "item; empty for a whole scale"),
    Column("item_version", "integer", "version of its wording"),
)
_ESTIMATED = tuple(
    column
    for column in ESTIMATE_COLUMNS
    if column.name
    in (
        "statistic",
        "estimate",
        "ci_low",
        "ci_high",
        "confidence_level",
        "n_respondents",
        "method",
        "condition",
    )
)

CONTENT_VALIDITY = Table(
    "content_validity",
    "Ratings of the items by people who know the field, summed up; `n_respondents` are raters.",
    (
        Column("aspect", "text", "what was rated", required=True, categories=ASPECTS),
        *_ABOUT_ITEMS,
        *_ESTIMATED,
    ),
    key=("aspect", "wording", "group", "scale", "item", "item_version", "statistic"),
)

PLACEMENT = Table(
    "placement",
    "Where people put the items who were told what the scales are about; `n_respondents` are "
    "sorters.",
    (
        *_ABOUT_ITEMS,
        Column("place", "text", "another scale where the item was put, or none"),
        *_ESTIMATED,
    ),
    key=("wording", "group", "scale", "item", "item_version", "place", "statistic"),
)

ITEM_DECISIONS = Table(
    "item_decisions",
    "What was decided about each wording of an item after interviews: the strongest decision of "
    "its latest round.",
    (
        Column("wording", "text", "present or earlier", required=True, categories=WORDINGS),
        Column("scale", "text", "home scale of the item", required=True),
        Column("item", "text", "item", required=True),
        Column("item_version", "integer", "version of its wording", required=True),
        Column("round", "integer", "latest round of interviews about it", required=True),
        Column("decision", "text", "what was decided", required=True, categories=DECISIONS),
        Column("n_interviews", "integer", "interviews about it, in all rounds", required=True),
        Column("n_findings", "integer", "findings about it, in all rounds", required=True),
        Column("codes", "text", "where difficulties lay, in all rounds", required=True),
        Column("reason", "text", "reasons given for the decision", required=True),
    ),
    key=("item", "item_version"),
)


_FIGURE = tuple(
    column
    for column in ESTIMATE_COLUMNS
    if column.name in ("wave", "site", "group", "scale", "item", "statistic")
)

RELEASE_FIGURES = Table(
    "release_figures",
    "Restricted record of a release: how exactly each figure was known, whether shown or not.",
    (
        *_FIGURE,
        Column("family", "text", "figures that are shown or withheld together", required=True),
        Column("estimate", "number", "the number as released; empty where it was withheld"),
        Column("unit", "number", "the released number is a multiple of this", required=True),
        Column("denominator", "number", "exact number of people, or of answers, it is a share of"),
        Column("counts", "yes_no", "the site counts in the figure of the programme", required=True),
        Column("rule", "text", "rule that withheld it; empty where it was shown"),
    ),
    key=("wave", "site", "group", "scale", "item", "statistic"),
)

RELEASE_MEMBERS = Table(
    "release_members",
    "Restricted record of a release: who stood behind each figure, with what answer.",
    (
        _WAVE,
        _SITE,
        _GROUP,
        _RESPONDENT,
        Column(
            "kind",
            "text",
            "what the value is",
            required=True,
            categories=("score", "item", "counter", "linked"),
        ),
        Column("scale", "text", "scale, or constant-sum question", required=True),
        Column("item", "text", "item or answer column; empty for a score"),
        Column("value", "number", "score, answer or counters; empty where there is a reason"),
        Column("reason", "text", "special code or SKIPPED, of an item that was put"),
    ),
    key=("respondent", "kind", "scale", "item"),
)


def fixed_tables() -> Iterable[Table]:
    """Every contract that does not depend on the instrument."""
    return (
        MISSING,
        OPEN_ANSWERS,
        SITES,
        INVITED,
        SITE_CONTEXT,
        LEDGER_ROWS,
        LEDGER_CELLS,
        LEDGER_COLUMNS,
        SCREENING,
        SCREENING_COUNTS,
        SCREENING_EFFECT,
        MISSING_DATA,
        MANIFEST,
        ESTIMATES,
        RELEASED,
        WITHHELD,
        CONTENT_VALIDITY,
        PLACEMENT,
        ITEM_DECISIONS,
        RIVAL_MODELS,
        FALSIFIERS,
        CLAIMS,
        HYPOTHESES,
        MODEL_ESTIMATES,
        INVARIANCE,
        GATES,
        SITE_COMPARISONS,
        SCALE_COMPARISONS,
        LINKED_PEOPLE,
        SITE_CHANGES,
        RESPONSE,
        CLUSTERS,
        RELEASE_FIGURES,
        RELEASE_MEMBERS,
    )
