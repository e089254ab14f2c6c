"""What can go wrong with a calendar elsewhere, in words: what happened, and how to put it right."""

from __future__ import annotations

from vtclinic.core.errors import ClinicError
from vtclinic.core.i18n import lazy as _


class NotRead(ClinicError):
    """A calendar could not be read; `problem` is one of WORDS."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


_ADDRESS = _("Copy the address from your calendar again. It begins with https.")
WORDS = {
    "url": (_("The address is not a web address that begins with https."), _ADDRESS),
    "port": (_("The address names an unusual port."), _("Ask whoever runs the calendar for an address on the usual port.")),
    "address": (_("The address leads to a private network."), _("We can read calendars on the open Internet only.")),
    "name": (_("No server has this name."), _ADDRESS),
    "connect": (_("The server does not answer."), _("We try again by ourselves. If it stays, check the address.")),
    "certificate": (_("The server could not prove who it is."), _("Ask whoever runs the calendar to renew its certificate.")),
    "time": (_("The server took too long."), _("We try again by ourselves.")),
    "size": (_("The calendar is too large."), _("Share a calendar with fewer old entries.")),
    "redirect": (_("The server sends us round in circles."), _ADDRESS),
    "protocol": (_("The server does not answer as a web server does."), _ADDRESS),
    "sign_in": (_("The server does not let us in."), _("Make a new app password there. Then enter it here.")),
    "missing": (_("There is nothing at this address."), _ADDRESS),
    "server": (_("The server has trouble of its own."), _("We try again by ourselves.")),
    "kind": (_("This is no calendar."), _("Take the address that ends in “.ics”, and not the one of the page.")),
    "none": (_("This account has no calendar that we can read."), _("Check that the account has a calendar with entries.")),
    "content": (_("We could not understand the calendar."), _("Check that it opens in another program. Then read it again.")),
}
