"""The use case of the check-in: the ledger's rows, read once, as one screen."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from labverse.kernel.clock import Clock
from labverse.revenue.advisable import actions
from labverse.revenue.anomalies import anomalies
from labverse.revenue.checkin import ChannelSpend, CheckIn, Moved, Spending
from labverse.revenue.daily import series, worth
from labverse.revenue.figures import Series
from labverse.revenue.models import KINDS
from labverse.revenue.ports import Sums
from labverse.revenue.rates import Rates
from labverse.revenue.report import shown
from labverse.revenue.timeline import SPEND, TOTAL, WON

_WINDOWS = (1, 7, 30)
_WEEK, _MONTH = 7, 30
Daily = Mapping[str, Mapping[int, int]]


class Checking:
    """The use case of `GET /api/v2/revenue/checkin`."""

    def __init__(self, sums: Sums, rates: Rates, clock: Clock) -> None:
        self._sums, self._rates, self._clock = sums, rates, clock

    def __call__(self) -> CheckIn:
        """As of now. Raises Unavailable."""
        now = self._clock.now()
        today = now.date()
        found = series(self._sums.rows(TOTAL), self._rates).get("")
        total = found or nothing(today)
        spend = self._spend(today)
        (day,) = shown({"": total}, today, today)[""]
        unusual = anomalies(total, today)
        last = min(found.last, today) if found else None
        return CheckIn(
            as_of=now,
            currency=self._rates.base,
            today=day,
            movements=[moved(total, today, days) for days in _WINDOWS],
            anomalies=unusual,
            spend=spend,
            last_day=last,
            next_actions=actions(day, unusual, spend, last),
        )

    def _spend(self, today: date) -> Spending:
        spent = worth(self._sums.rows(SPEND), (SPEND,), self._rates)
        won = worth(self._sums.rows("channel"), WON, self._rates)
        channels = [_channel(name, spent[name], won.get(name, {}), today) for name in spent]
        last = max((day for daily in spent.values() for day in daily), default=None)
        return Spending(
            week=sum((one.week for one in channels), Decimal(0)),
            month=sum((one.month for one in channels), Decimal(0)),
            last_day=None if last is None else date.fromordinal(last),
            channels=sorted(channels, key=lambda one: (-one.month, one.channel)),
        )


def nothing(today: date) -> Series:
    """A ledger in which nothing ever happened."""
    return Series(today, (0,), dict.fromkeys(KINDS, (0,)), (0,))


def moved(total: Series, today: date, days: int) -> Moved:
    """The movements of so many days up to `today`."""
    window = [total.on(today - timedelta(days=back)) for back in range(days)]
    sums = {kind: sum((getattr(one, kind) for one in window), Decimal(0)) for kind in KINDS}
    before = total.on(today - timedelta(days=days))
    return Moved(days=days, **sums, change=window[0].mrr - before.mrr)


def _channel(
    name: str, spent: Mapping[int, int], won: Mapping[int, int], today: date
) -> ChannelSpend:
    month, new = _last(spent.items(), today, _MONTH), _last(won.items(), today, _MONTH)
    return ChannelSpend(
        channel=name,
        week=_last(spent.items(), today, _WEEK),
        month=month,
        won=new,
        per_new_mrr=float(month / new) if new else None,
    )


def _last(daily: Iterable[tuple[int, int]], today: date, days: int) -> Decimal:
    end = today.toordinal()
    return Decimal(sum(micros for day, micros in daily if end - days < day <= end)).scaleb(-6)
