"""The pricing vocabulary of AdCP 3.2, and the currencies of ISO 4217. Nothing here computes."""

from typing import Literal

PricingModel = Literal[
    "cpm", "vcpm", "cpc", "cpcv", "cpv", "cpp", "cpa", "revenue_share", "flat_rate", "time"
]
"""The enum of AdCP 3.2."""
MODELS: tuple[PricingModel, ...] = (
    "cpm", "vcpm", "cpc", "cpcv", "cpv", "cpp", "cpa", "revenue_share", "flat_rate", "time",
)  # fmt: skip
EVENTS: dict[PricingModel, tuple[str, ...]] = {
    "cpm": (),
    "vcpm": ("viewability",),
    "cpc": ("ctr",),
    "cpcv": ("completion",),
    "cpv": ("view_rate",),
    "cpa": ("ctr", "cvr"),
    "revenue_share": ("ctr", "cvr", "ltv"),
}
"""What one thousand impressions bring, by the event that is paid for."""
SHARES = ("viewability", "ctr", "cvr", "completion", "view_rate")
"""Rates that are shares of 1."""
AMOUNTS = ("ltv", "audience")
"""Rates that are not."""
PLAUSIBLE_ECPM = (0.01, 500.0)
"""Outside, someone has mixed up cents, micros, or prices per impression."""

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES
WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
DIGITS: dict[str, int] = {
    code: digits for digits, codes in ((0, _NONE), (2, _TWO), (3, _THREE)) for code in codes.split()
}
"""Decimals of each currency in circulation: what its minor unit is."""
Unit = Literal["major", "minor", "micros"]


def per_major(unit: Unit, currency: str) -> int:
    """How many of `unit` one major unit is: 100 cents, 1 yen, a million micros."""
    digits = {"major": 0, "minor": DIGITS[currency], "micros": 6}[unit]
    return int(10**digits)
