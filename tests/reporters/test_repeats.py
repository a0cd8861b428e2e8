"""What was told a thousand times is counted."""

from django_querywatch.reporters.repeats import Repeats, is_told


def test_powers_of_ten_are_told():
    assert [times for times in range(1, 100_001) if is_told(times)] == [1, 10, 100, 1_000, 10_000, 100_000]


def test_each_finding_has_its_own_count():
    repeats = Repeats()
    assert [repeats.count(name) for name in ("a", "a", "b", "a")] == [1, 2, 1, 3]


def test_the_counts_are_bounded():
    repeats = Repeats(size=100)
    for number in range(10_000):
        repeats.count(str(number))
    assert len(repeats) <= 200


def test_what_occurs_often_keeps_its_count():
    repeats = Repeats(size=100)
    counts = []
    for number in range(1_000):
        repeats.count(f"rare {number}")
        counts.append(repeats.count("often"))
    assert counts == list(range(1, 1_001))
