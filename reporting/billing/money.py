"""Sums of money: rounding, shares, cover, and amounts in Chinese capital numerals. No database."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from django.conf import settings

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
T = TypeVar("T")


def cents(amount: Decimal) -> Decimal:
    """`amount` to the hundredth, halves away from zero as on every bill."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0.00 of nothing."""
    return sum(amounts, ZERO)


def share(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` of `amount`, to the hundredth."""
    return cents(amount * percent / 100)


def money_text(amount: Decimal) -> str:
    """¥ 1,480.00; the same in both languages, so that time-lines can keep it."""
    sign = "−" if amount < 0 else ""
    return f"{sign}{settings.CURRENCY_SIGN} {abs(amount):,.2f}"


def cover(lines: Iterable[tuple[T, Decimal]], before: Decimal, amount: Decimal) -> Iterator[tuple[T, Decimal]]:
    """Which of `lines` (each with what it costs) `amount` pays, when `before` has been paid already: first line first."""
    start, end, at = before, before + amount, ZERO
    for line, cost in lines:
        part = min(at + cost, end) - max(at, start)
        at += cost
        if part > 0:
            yield line, part


def _group_capitals(group: int) -> str:
    """A number below 10,000, with one 零 for each run of noughts inside it and none at its end."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[power]
        gap = False
    return text


def _whole_capitals(number: int) -> str:
    text, gap = "", False
    for power in range(len(GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * power) % 10_000
        if group == 0:
            gap = bool(text)
            continue
        joint = DIGITS[0] if text and (gap or group < 1000) else ""
        text += joint + _group_capitals(group) + GROUPS[power]
        gap = False
    return text


def capitals(amount: Decimal) -> str:
    """An amount as Chinese receipts write it: 1480.05 is 壹仟肆佰捌拾元零伍分, 114 is 壹佰壹拾肆元整."""
    whole, part = divmod(int(cents(abs(amount)) * 100), 100)
    tenths, hundredths = divmod(part, 10)
    text = f"{_whole_capitals(whole)}元" if whole else ""
    if part == 0:
        text = f"{text or '零元'}整"
    else:
        text += f"{DIGITS[tenths]}角" if tenths else (DIGITS[0] if whole else "")
        text += f"{DIGITS[hundredths]}分" if hundredths else "整"
    return f"负{text}" if amount < 0 else text
