"""Agreement of the members of a group with one another, and whether chance would do as well."""

from pipeline.psychometrics.agreement.by_chance import (
    AgreementByChance,
    ChanceComparison,
    agreement_by_chance,
)
from pipeline.psychometrics.agreement.null_variance import (
    SLIGHTLY_SKEWED_VARIANCE,
    uniform_variance,
)
from pipeline.psychometrics.agreement.within_groups import (
    AgreementSummary,
    WithinGroupAgreement,
    within_group_agreement,
)

__all__ = [
    "SLIGHTLY_SKEWED_VARIANCE",
    "AgreementByChance",
    "AgreementSummary",
    "ChanceComparison",
    "WithinGroupAgreement",
    "agreement_by_chance",
    "uniform_variance",
    "within_group_agreement",
]
