"""Answers that a clinic's sign-in and the console's share."""

from __future__ import annotations

from uuid import UUID

from flask import Response, jsonify

CLEAR = '"cache", "cookies", "storage"'


def options_answer(found: tuple[UUID, str]) -> Response:
    """Answer passkey.js: the challenge's id and what the browser's own function takes."""
    uid, options = found
    return jsonify(challenge=str(uid), options=options)


def cleared(answer: Response) -> Response:
    """Ask the browser to forget what it holds of this site."""
    answer.headers["Clear-Site-Data"] = CLEAR
    return answer
