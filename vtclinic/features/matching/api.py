"""What other features may use of matching."""

from vtclinic.features.matching.asking import close_all, waiting_count
from vtclinic.features.matching.free_times import FirstFree, set_first_free
from vtclinic.features.matching.held_sessions import Held, set_held_sessions
from vtclinic.features.matching.models import RequestKind
from vtclinic.features.matching.service import choices, fitting, may_choose, to_book

__all__ = [
    "FirstFree",
    "Held",
    "RequestKind",
    "choices",
    "close_all",
    "fitting",
    "may_choose",
    "set_first_free",
    "set_held_sessions",
    "to_book",
    "waiting_count",
]
