"""Sums, shares and capitals. Not covered: amounts of a trillion and more."""

from decimal import Decimal

import pytest

from reporting.billing.money import capitals, cents, cover, money_text, share


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("114.00", "壹佰壹拾肆元整"),
        ("1480.05", "壹仟肆佰捌拾元零伍分"),
        ("0.00", "零元整"),
        ("0.50", "伍角整"),
        ("0.05", "伍分"),
        ("10.00", "壹拾元整"),
        ("1006.00", "壹仟零陆元整"),
        ("10000.00", "壹万元整"),
        ("10050.00", "壹万零伍拾元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.10", "壹亿零壹元壹角整"),
        ("123456789.01", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
        ("-20.00", "负贰拾元整"),
    ],
)
def test_amounts_in_chinese_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


def test_halves_are_rounded_away_from_zero() -> None:
    assert (cents(Decimal("0.125")), cents(Decimal("-0.125"))) == (Decimal("0.13"), Decimal("-0.13"))
    assert share(Decimal("0.01"), Decimal("50")) == Decimal("0.01")


def test_a_payment_covers_the_first_lines_first() -> None:
    lines = [("a", Decimal("10")), ("b", Decimal("5")), ("c", Decimal("1"))]
    assert list(cover(lines, Decimal("8"), Decimal("4"))) == [("a", Decimal("2")), ("b", Decimal("2"))]
    assert list(cover(lines, Decimal("0"), Decimal("16"))) == lines


def test_money_has_a_true_minus() -> None:
    assert money_text(Decimal("-1480")) == "−¥ 1,480.00"
