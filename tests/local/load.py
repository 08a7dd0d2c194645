"""Callers that never pause: every answer they get is kept."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.cloud import Deployed

THREADS = 3


class Load:
    """Asks a route that needs a key, with one key after the other. Keys may be added meanwhile."""

    def __init__(self, deployed: Deployed, keys: list[str]) -> None:
        self.keys = keys
        self.statuses: Counter[int | str] = Counter()
        self._url = str(deployed.http.base_url)
        self._over = threading.Event()

    def ask(self, http: httpx.Client, key: str) -> int | str:
        try:
            return http.get("/v1/models", headers={"x-api-key": key}).status_code
        except httpx.HTTPError as error:
            return type(error).__name__

    def _run(self, first: int) -> None:
        with httpx.Client(base_url=self._url, timeout=30, trust_env=False) as http:
            for number in itertools.count(first):
                if self._over.is_set():
                    return
                self.statuses[self.ask(http, self.keys[number % len(self.keys)])] += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        """The callers call for as long as this lasts."""
        threads = [threading.Thread(target=self._run, args=(7 * n,)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
