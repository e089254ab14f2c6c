"""What other features may use of notifications.

`register(Kind(…))` once, in a feature's `subscribe`; then `notify(to_uid, kind, key=…, path=…)` in the transaction of what happened.
"""

from vtclinic.features.notifications.choices import quiet_of, ways_of
from vtclinic.features.notifications.kinds import EVERYWHERE, IN_APP, MAIL, PUSH, Kind, register
from vtclinic.features.notifications.news import ChoicesChanged
from vtclinic.features.notifications.quiet import Quiet
from vtclinic.features.notifications.telling import notify, withdraw

__all__ = ["EVERYWHERE", "IN_APP", "MAIL", "PUSH", "ChoicesChanged", "Kind", "Quiet", "notify", "quiet_of", "register", "ways_of", "withdraw"]
