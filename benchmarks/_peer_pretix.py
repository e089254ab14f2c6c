"""Let many book at once with pretix. Run by the interpreter of an environment that has pretix, never by ours; `_peer.py` starts it.

The first line it prints names the version. Then each line it reads, `{"bookers", "slots", "at_once"}`, is answered by one line that says how it went.
One slot is one date of an event series with room for one. A booking is what the pages of pretix do: a ticket is put into a cart, which takes
the place, and the cart becomes an order.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TextIO

import django
from celery.exceptions import Retry
from django.apps import apps
from django.core.management import call_command
from django_scopes import scope

# As its worker would: five more times, a second apart, when the lock was not given within three seconds.
TRIES, PAUSE = 5, 1.0
FREE = {"id": "free", "provider": "free", "max_value": None, "min_value": None, "multi_use_supported": False, "info_data": {}}


class NoMigrations:
    """Let Django make the tables from the models: the steps that led there are of no use to an empty database, and take minutes."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def main(out: TextIO) -> None:
    """Make the tables and an event series, book once to be warm, then answer each line."""
    settings = importlib.import_module("pretix.settings")
    settings.MIGRATION_MODULES = NoMigrations()
    settings.LOGGING = {"version": 1, "disable_existing_loggers": True}
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    shop = Shop()
    shop.contend(1, 1, 1)
    print(json.dumps({"version": importlib.import_module("pretix").__version__}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(shop.contend(**json.loads(line))), file=out, flush=True)


class Shop:
    """An organizer with one event series and one free kind of ticket."""

    def __init__(self) -> None:
        self.cart = importlib.import_module("pretix.base.services.cart")
        self.orders = importlib.import_module("pretix.base.services.orders")
        self.organizer = _model("Organizer").objects.create(name="Harbour", slug="harbour")
        with scope(organizer=self.organizer):
            self.event = _model("Event").objects.create(
                organizer=self.organizer, name="Sessions", slug="sessions", date_from=_in(timedelta(days=1)), has_subevents=True, live=True, currency="EUR"
            )
            self.item = self.event.items.create(name="Session", default_price=Decimal("0.00"))

    def contend(self, bookers: int, slots: int, at_once: int) -> dict[str, Any]:
        """Let this many people book these many new dates; the first of them start at the same moment."""
        with scope(organizer=self.organizer):
            dates = [self._date(number) for number in range(slots)]
        ready = threading.Barrier(at_once)

        def press(number: int) -> str:
            if number < at_once:
                ready.wait(60)
            return self._book(number, dates[number % slots])

        with ThreadPoolExecutor(at_once) as pool:
            began, used = time.monotonic(), time.process_time()
            ends = Counter(pool.map(press, range(bookers)))
            seconds, cpu = time.monotonic() - began, time.process_time() - used
        with scope(organizer=self.organizer):
            sold = Counter(_model("OrderPosition").objects.filter(subevent__in=dates).values_list("subevent_id", flat=True))
        return {"ends": ends, "seconds": seconds, "cpu": cpu, "twice": sum(held > 1 for held in sold.values())}

    def _date(self, number: int) -> int:
        date = self.event.subevents.create(name=str(number), date_from=_in(timedelta(days=1, minutes=number)), active=True)
        self.event.quotas.create(name="Places", size=1, subevent=date).items.add(self.item)
        return int(date.pk)

    def _book(self, number: int, date: int) -> str:
        cart = uuid.uuid4().hex
        ticket = {"item": self.item.pk, "variation": None, "subevent": date, "count": 1, "price": None, "voucher": None, "seat": None}
        try:
            self._patiently(lambda: self.cart.add_items_to_cart(self.event.pk, [ticket], cart))
            with scope(organizer=self.organizer):
                held = list(_model("CartPosition").objects.filter(cart_id=cart).values_list("pk", flat=True))
            self._patiently(lambda: self.orders.perform_order(self.event.pk, [dict(FREE)], held, f"{number}@example.org", "en", cart_id=cart))
        except Retry:
            return "busy"
        except (self.cart.CartError, self.orders.OrderError):
            return "taken"
        except Exception as error:  # whatever it is, it is counted: that is the measurement
            return type(error).__name__
        return "booked"

    def _patiently(self, work: Callable[[], object]) -> None:
        for _ in range(TRIES):
            try:
                work()
                return
            except Retry:
                time.sleep(PAUSE)
        work()


def _model(name: str) -> Any:
    return apps.get_model("pretixbase", name)


def _in(time_from_now: timedelta) -> datetime:
    return datetime.now(UTC) + time_from_now


if __name__ == "__main__":
    # What libraries print must not come between our lines.
    answers, sys.stdout = sys.stdout, sys.stderr
    main(answers)
