"""What matching stores."""

from vtclinic.features.matching.models.batches import HELD, Batch, BatchState, Interest, Method, Proposal, ProposalState, Says
from vtclinic.features.matching.models.rules import BlockedBy, BlockedPair, Limit, TrackRecord, WeightSet
from vtclinic.features.matching.models.runs import FRESH, MatchRun, Outcome, Shown
from vtclinic.features.matching.models.waiting import Change, MatchRequest, RequestKind

__all__ = [
    "FRESH",
    "HELD",
    "Batch",
    "BatchState",
    "BlockedBy",
    "BlockedPair",
    "Change",
    "Interest",
    "Limit",
    "MatchRequest",
    "MatchRun",
    "Method",
    "Outcome",
    "Proposal",
    "ProposalState",
    "RequestKind",
    "Says",
    "Shown",
    "TrackRecord",
    "WeightSet",
]
