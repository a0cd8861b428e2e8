"""Cards: what a page shows of a report, without a page."""

from pathlib import Path

import pytest

from django_querywatch.records import Config, Frame
from django_querywatch.reporters.cards import make_board, make_headline
from django_querywatch.reporters.cards.excerpts import make_excerpt, make_reader
from django_querywatch.reporters.cards.places import editor_url, mapped_path
from django_querywatch.reporters.cards.statements import make_layout
from django_querywatch.reporters.cards.timeline import make_timeline
from tests.reporters.values import HOSTILE, HOSTILE_ON_A_LINE, finding, report, unknown

SOURCE = "def view():\n\n    for book in books:\n        print(book.author)\n\n    return 1\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "views.py"
    file.write_text(SOURCE)
    return file


def card_of(found, config=None):
    board = make_board(report(found), config or Config())
    (card,) = (*board.cards, *board.quiet)
    return card


def test_an_excerpt_has_the_line_marked_and_no_shared_indentation(source):
    lines = make_excerpt(make_reader(), str(source), 4, "print(book.author)").lines
    assert [(line.number, line.text, line.is_marked) for line in lines] == [
        ("3", "for book in books:", False),
        ("4", "    print(book.author)", True),
        ("5", "", False),
        ("6", "return 1", False),
    ]


def test_an_excerpt_does_not_begin_or_end_with_empty_lines(source):
    assert [line.number for line in make_excerpt(make_reader(), str(source), 1).lines] == ["1", "2", "3"]
    assert [line.number for line in make_excerpt(make_reader(), str(source), 6).lines] == ["4", "5", "6"]


def test_a_file_that_changed_since_is_told(source):
    read = make_reader()
    assert make_excerpt(read, str(source), 4, "print(book.title)").is_stale
    assert not make_excerpt(read, str(source), 4, "print(book.author)").is_stale
    assert make_excerpt(read, str(source), 400).is_stale


@pytest.mark.parametrize("file", ["/nowhere/at/all.py", "<string>", "", "a\0b", "/"])
def test_a_file_that_cannot_be_read_has_no_excerpt(file):
    assert make_excerpt(make_reader(), file, 1).lines == ()


def test_source_is_shown_on_its_line_whatever_it_holds(tmp_path):
    file = tmp_path / "nasty.html"
    file.write_bytes(b"\xff\xfe {{ x }}\t\x1b[31m\xe2\x80\xae\n")
    (line,) = make_excerpt(make_reader(), str(file), 1).lines
    assert line.text.isprintable()
    assert "{{ x }}" in line.text


def test_an_edited_file_is_read_again_at_the_next_look(source):
    assert make_excerpt(make_reader(), str(source), 1).lines[0].text == "def view():"
    source.write_text("changed\n")
    assert make_excerpt(make_reader(), str(source), 1).lines[0].text == "changed"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, None),
        ("vscode://file/{path}:{line}", "vscode://file//srv/my%20app/views.py:8"),
        ("pycharm://open?file={path}&line={line}", "pycharm://open?file=/srv/my%20app/views.py&line=8"),
    ],
)
def test_the_editors_address(template, expected):
    assert editor_url(Frame(file="/srv/my app/views.py", line=8), Config(editor_url=template)) == expected


def test_a_path_cannot_leave_its_place_in_the_address():
    config = Config(editor_url="idea://open?file={path}&line={line}")
    frame = Frame(file='/srv/a&line=1#"?.py', line=8)
    assert editor_url(frame, config) == "idea://open?file=/srv/a%26line%3D1%23%22%3F.py&line=8"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/app/shop/views.py", "/home/me/project/shop/views.py"),
        ("/app/vendored/x.py", "C:/vendored/x.py"),
        ("/application/views.py", "/application/views.py"),
    ],
)
def test_the_longest_folder_of_the_path_map_wins(file, expected):
    assert mapped_path(file, {"/app": "/home/me/project", "/app/vendored/": "C:/vendored"}) == expected


def test_a_fix_on_a_known_queryset_is_the_call_to_add():
    card = card_of(finding())
    assert (card.fix, card.is_chained) == ('.select_related("user")', True)
    assert card.origin_words == "Change the queryset in"
    assert (card.before, card.after) == ("51", "1")


def test_a_fix_elsewhere_is_written_out():
    card = card_of(finding(path=None, suggestion="in_bulk(...)"))
    assert (card.fix, card.is_chained) == ("Order.objects.in_bulk(...)", False)
    admin = card_of(finding(suggestion='list_select_related = ("user",)'))
    assert (admin.fix, admin.is_chained) == ('list_select_related = ("user",)', False)
    assert admin.origin_words == "Change the class in"


def test_a_card_says_nothing_that_is_not_known():
    card = card_of(unknown(avoidable=0))
    assert (card.fix, card.after, card.location, card.origin, card.root_model) == ("", "", None, None, "")


def test_installed_code_is_named_by_its_import_path():
    place = card_of(
        finding(location=Frame(file="/v/lib/site-packages/django/views/list.py", line=3))
    ).location
    assert place.text == "django/views/list.py:3"
    assert place.is_installed


def test_duplicates_and_slow_queries_are_apart_and_further_causes_are_folded():
    found = [finding(id=str(number)) for number in range(12)]
    board = make_board(report(*found, finding(kind="duplicate"), finding(kind="slow_query")), Config())
    assert (len(board.cards), len(board.rest)) == (10, 2)
    assert [card.kind for card in board.quiet] == ["duplicate", "slow_query"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "fetched one by one, in a loop"),
        ({"kind": "n_plus_one_write", "operation": "UPDATE"}, "updated one by one, in a loop"),
        (
            {"kind": "potential_n_plus_one", "count": 1},
            "fetched for the only row: with more rows, once for each",
        ),
        (
            {"kind": "potential_n_plus_one", "count": 2},
            "fetched for the only row: with more rows, once for each",
        ),
        ({"kind": "duplicate"}, "fetched again with the same parameters"),
        ({"kind": "slow_query", "model": None}, "run slowly"),
    ],
)
def test_what_happened_in_words(changes, words):
    assert card_of(finding(**changes)).words == words


def test_parameters_only_where_the_settings_show_them():
    found = finding(parameters=("('secret',)",))
    assert card_of(found).parameters == ()
    assert card_of(found, Config(show_params=True)).parameters == ("('secret',)",)


def test_names_stay_on_their_line():
    card = card_of(finding(model=HOSTILE, field=None, alias=HOSTILE))
    assert card.alias == HOSTILE_ON_A_LINE
    assert card.subject == HOSTILE_ON_A_LINE


def test_a_timeline_joins_what_overlaps_and_stays_inside():
    found = finding(count=4, timeline=((0.0, 0.001), (0.0005, 0.0005), (0.5, 0.1), (2.0, 1.0)))
    timeline = make_timeline(found, elapsed=1.0)
    assert timeline.path == "M0 0h2v10h-2zM500 0h100v10h-100zM998 0h2v10h-2z"
    assert timeline.words == "4 queries between 0.0 ms and 3000 ms of a request of 1000 ms"
    assert timeline.note == ""


def test_a_timeline_says_how_many_it_shows():
    timeline = make_timeline(finding(count=900, timeline=((0.0, 0.001),)), elapsed=0.1)
    assert timeline.words.startswith("the first 1 of 900 queries between")
    assert timeline.note == "first 1"


@pytest.mark.parametrize(("timeline", "elapsed"), [((), 1.0), (((0.0, 0.1),), 0.0)])
def test_no_timeline_of_nothing(timeline, elapsed):
    assert make_timeline(finding(timeline=timeline), elapsed) is None


def test_sql_is_laid_out_until_the_budget_is_used_up():
    layout = make_layout()
    assert layout("select 1 from a where b = 2") == "SELECT 1\nFROM a\nWHERE b = 2"
    for number in range(6):
        layout(f"select {number}, " + "x" * 3_900)
    assert layout("select 1 from a where b = 2") == "select 1 from a where b = 2"


def test_sql_that_cannot_be_laid_out_is_shown_as_it_is(monkeypatch):
    def refuse(sql, **options):
        raise ValueError("too deep")

    monkeypatch.setattr("django_querywatch.reporters.cards.statements.sqlparse.format", refuse)
    assert make_layout()("select ((((1)))) from a") == "select ((((1)))) from a"


def test_very_long_sql_is_cut():
    assert make_layout()("select " + "x" * 10_000).endswith(" ...")


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (report(finding()), "1 N+1, 50 avoidable queries"),
        (report(finding(), avoidable=1), "1 N+1, 1 avoidable query"),
        (report(finding(kind="slow_query"), avoidable=0), "1 slow query"),
        (report(query_count=12), "No N+1 in 12 queries"),
        (report(query_count=0), "No queries"),
    ],
)
def test_the_verdict_of_the_sidebar(made, sentence):
    assert make_headline(made).sentence == sentence
