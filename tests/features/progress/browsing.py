"""A person's browser without JavaScript, for the tests of progress, crisis and intake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from sqlalchemy import event

from vtclinic.core.scope import ClinicScope
from vtclinic.core.uow import engines

_TOKEN = re.compile(r'name="csrf_token"[^>]*? value="([^"]+)"')


@dataclass
class Browser:
    """Opens pages and sends their forms with the token they carried."""

    client: FlaskClient
    status: int = 0
    text: str = ""
    place: str = ""
    taps: int = 0
    _token: str = field(default="", repr=False)

    def get(self, path: str) -> str:
        """Open a page, following redirects; returns its text."""
        answer = self.client.get(path, follow_redirects=True)
        self.status, self.text, self.place = answer.status_code, answer.get_data(as_text=True), answer.request.path
        found = _TOKEN.search(self.text)
        self._token = found[1] if found else self._token
        return self.text

    def send(self, path: str, **fields: object) -> int:
        """Send a form and follow it to the next page; returns the status of the first answer."""
        if not self._token:
            self.get("/account")
        self.taps += 1
        answer = self.client.post(path, data={"csrf_token": self._token, **fields})
        first = answer.status_code
        if answer.location:
            self.get(answer.location)
        else:
            self.status, self.text, self.place = first, answer.get_data(as_text=True), path
        return first

    def says(self, *sentences: str) -> bool:
        """Tell whether the page holds every sentence, whatever its markup."""
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text))
        missing = [sentence for sentence in sentences if sentence not in plain]
        assert not missing, f"{missing} not in: {plain[:1500]}"
        return True


@contextmanager
def counted(clinic: ClinicScope) -> Iterator[list[str]]:
    """Collect the statements the clinic's database gets meanwhile."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    engine = engines().get(clinic.database_url)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


Browsing = Callable[..., Browser]
