import logging

from hypothesis import given
from hypothesis import strategies as st

from django_querywatch.reporters.escaping import escape
from tests.reporters.values import HOSTILE, HOSTILE_ON_A_LINE


def test_ordinary_text_of_any_language_stays_as_it_is():
    assert escape("Заказ.user → 50 €, 注文 \\ 'x'") == "Заказ.user → 50 €, 注文 \\ 'x'"


def test_what_moves_a_cursor_or_turns_the_text_is_spelled_out():
    assert escape(HOSTILE) == HOSTILE_ON_A_LINE


def test_marks_of_direction_and_invisible_ones_are_spelled_out():
    marks = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"
    assert escape(marks) == "".join(f"\\u{ord(mark):04x}" for mark in marks)


def test_long_text_is_cut_before_it_is_looked_at():
    assert escape("x" * 10_000_000, limit=5) == "xxxxx..."


@given(st.text(alphabet=st.characters()))
def test_no_text_leaves_its_line_or_cannot_be_sent(text: str):
    escaped = escape(text, limit=10_000)
    assert escaped.isprintable()
    assert len(escaped.splitlines()) <= 1
    escaped.encode("utf-8")


def test_a_forged_line_does_not_reach_the_log(caplog):
    from django_querywatch.reporters import log
    from tests.reporters.values import finding, report

    with caplog.at_level(logging.DEBUG, logger="django_querywatch"):
        log.report(
            report(finding(model=HOSTILE, source=HOSTILE, advice=HOSTILE, alias=HOSTILE), name=HOSTILE)
        )
    (record,) = caplog.records
    assert not any(line.startswith("ERROR forged") for line in record.getMessage().splitlines())
    assert all(line.isprintable() for line in record.getMessage().split("\n"))
