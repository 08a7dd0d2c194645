"""The ledger of one process: for the library, and for whoever has no table."""

import threading
from collections.abc import Sequence

from labverse.route.limits import Limits
from labverse.route.page import Change, Changed, Page
from labverse.route.paged_ledger import PagedLedger


class MemoryPages:
    """`Pages` in a dictionary, behind one lock."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}
        self._lock = threading.Lock()

    def change(self, change: Change) -> Changed:
        """Change one page."""
        with self._lock:
            page = self._page(change.page)
            if not change.holds(page):
                return Changed(False, page)
            changed = self._pages[page.id] = change.applied(page)
            return Changed(True, changed)

    def change_all(self, changes: Sequence[Change]) -> bool:
        """Change several pages, or none."""
        with self._lock:
            if not all(change.holds(self._page(change.page)) for change in changes):
                return False
            for change in changes:
                self._pages[change.page] = change.applied(self._page(change.page))
            return True

    def read(self, ids: Sequence[str]) -> list[Page]:
        """The pages, all of the same moment."""
        with self._lock:
            return [self._page(name) for name in ids]

    def _page(self, name: str) -> Page:
        return self._pages.get(name) or Page(name)


class MemoryLedger(PagedLedger):
    """A ledger that its process alone spends from, and that ends with it."""

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(MemoryPages(), limits or Limits())
