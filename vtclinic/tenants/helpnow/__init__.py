"""The help-now page: numbers to call, in one file that needs nothing else to run."""

from vtclinic.tenants.helpnow.files import (
    FILE,
    OWN,
    help_now_context,
    page_name,
    read_own,
    refresh_help_now,
    write_help_now,
    write_plain_pages,
)
from vtclinic.tenants.helpnow.lines import Country, HelpLine, countries, dialled, read_line, stale_lines, unproven_lines
from vtclinic.tenants.helpnow.page import LEAVE_URL, PLAIN, HelpNowContext, build_help_now, build_plain_page, help_now_csp_hash

__all__ = [
    "FILE",
    "LEAVE_URL",
    "OWN",
    "PLAIN",
    "Country",
    "HelpLine",
    "HelpNowContext",
    "build_help_now",
    "build_plain_page",
    "countries",
    "dialled",
    "help_now_context",
    "help_now_csp_hash",
    "page_name",
    "read_line",
    "read_own",
    "refresh_help_now",
    "stale_lines",
    "unproven_lines",
    "write_help_now",
    "write_plain_pages",
]
