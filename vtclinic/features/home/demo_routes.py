"""Pages that exist in a demonstration only: the caught mails, and the accounts with their codes."""

from __future__ import annotations

from flask import Blueprint, Response

from vtclinic.core.access import public
from vtclinic.core.errors import NotFound
from vtclinic.core.web import page
from vtclinic.features.home import demo_accounts, demo_mail

demo_bp = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")


@demo_bp.get("/codes")
@public
def codes() -> Response:
    """List the accounts one can try, with the codes their apps would show now."""
    return page("home/demo_codes.html", accounts=demo_accounts.accounts())


@demo_bp.get("/mail")
@public
def mails() -> Response:
    """List the mails this clinic would have sent."""
    return page("home/demo_mails.html", mails=demo_mail.caught())


@demo_bp.get("/mail/<key>")
@public
def mail(key: str) -> Response:
    """Show one mail."""
    return page("home/demo_mail.html", mail=demo_mail.mail(key))


@demo_bp.get("/mail/<key>/<int:number>")
@public
def attachment(key: str, number: int) -> Response:
    """Hand out an attached file."""
    found = demo_mail.mail(key).attachments
    if number >= len(found):
        raise NotFound()
    answer = Response(found[number].content, mimetype=found[number].kind)
    answer.headers.set("Content-Disposition", "attachment", filename=found[number].name)
    return answer
