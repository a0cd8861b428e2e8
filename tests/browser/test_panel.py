"""The panel in a browser: from the warning in the sidebar to the line and the fix, in one click."""

import re
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "images"
WORST, QUIET = "/orders/picking/", "/orders/fixed/"
PICKING_LIST = "templates/shop/picking_list.html"
FIX = '.prefetch_related("items__product")'
ATTACK = "<img src=x onerror=globalThis.attacked=1>"
WIDTH, HEIGHT, SIDEBAR = 1400, 900, 240

WITHOUT_CLIPBOARD = """
    globalThis.kept = navigator.clipboard;
    Object.defineProperty(navigator, "clipboard", {value: undefined});
"""
FOCUSED = """() => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element.closest("[data-qw-panel]") ? element.tagName : "";
}"""
SIDEBAR_WARNS = """() => {
    const root = document.querySelector("#djDebugRoot")?.shadowRoot ?? document;
    return root.querySelector(".qw-nav-findings");
}"""
HEARD = """element => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true]").forEach(hidden => hidden.remove());
    return copy.textContent;
}"""


def line_of(file: str, text: str) -> int:
    source = (ROOT / "example_project/shop" / file).read_text()
    return source.count("\n", 0, source.index(text)) + 1


@pytest.mark.parametrize("server", ["runserver", "uvicorn"])
def test_after_one_click_the_cause_and_its_fix_are_on_the_screen(open_page, server):
    toolbar = open_page(WORST, server=server)
    assert re.fullmatch(r"⚠\ufe0e? 1 N\+1, \d{3} avoidable queries", toolbar.verdict)
    toolbar.open_panel()
    card = toolbar.cards.first
    assert "shop.OrderItem.product" in card.locator("h5").inner_text()
    expected = {
        "[data-qw-location]": f"picking_list.html:{line_of(PICKING_LIST, 'item.product')}",
        ".qw-column:first-child [data-qw-marked]": "{{ item.product.name }}",
        "[data-qw-origin]": "example_project/shop/views/orders.py:",
        ".qw-column:last-child [data-qw-marked]": "queryset = Order.objects.all()",
        "[data-qw-fix]": FIX,
    }
    for selector, text in expected.items():
        element = card.locator(selector)
        assert text in element.inner_text()
        box = element.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH - SIDEBAR
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= HEIGHT
    assert toolbar.panel.evaluate("panel => panel.parentElement.scrollTop") == 0


def test_copy_copies_the_fix_and_says_so(open_page):
    toolbar = open_page(WORST)
    toolbar.open_panel()
    button = toolbar.page.get_by_role("button", name=f"Copy the fix {FIX}")
    button.click()
    toolbar.page.get_by_text("Copied", exact=True).wait_for()
    assert toolbar.clipboard() == FIX
    assert toolbar.page.get_by_role("status").filter(has_text="The fix is copied.").count() == 1


def test_copy_works_without_the_clipboard_of_a_secure_page(open_page):
    toolbar = open_page(WORST, script=WITHOUT_CLIPBOARD)
    toolbar.open_panel()
    toolbar.page.get_by_role("button", name="Copy the fix").click()
    toolbar.page.get_by_text("Copied", exact=True).wait_for()
    assert toolbar.page.evaluate("kept.readText()") == FIX


def test_the_link_opens_the_line_in_the_editor_of_another_machine(open_page):
    toolbar = open_page(WORST)
    toolbar.open_panel()
    line = line_of(PICKING_LIST, "item.product")
    assert toolbar.cards.first.locator("[data-qw-location] a").get_attribute("href") == (
        f"vscode://file//home/me/my%20shop/example_project/shop/templates/shop/picking_list.html:{line}"
    )


def test_the_keyboard_alone_reaches_link_fix_and_sql(open_page):
    toolbar = open_page(WORST)
    toolbar.page.locator("#djdt-QueryWatchPanel a").focus()
    toolbar.page.keyboard.press("Enter")
    toolbar.panel.wait_for()
    toolbar.run_script("django_querywatch/panel.js")
    focused = []
    while "BUTTON" not in focused and len(focused) < 30:
        toolbar.page.keyboard.press("Tab")
        focused.append(toolbar.page.evaluate(FOCUSED))
        if focused[-1] in ("BUTTON", "SUMMARY"):
            toolbar.page.keyboard.press("Enter")
    toolbar.page.get_by_text("Copied", exact=True).wait_for()
    assert [tag for tag in focused if tag] == ["A", "A", "SUMMARY", "PRE", "A", "BUTTON"]
    assert toolbar.clipboard() == FIX
    assert "SELECT" in toolbar.cards.first.locator(".qw-sql pre").inner_text()


def test_a_screen_reader_hears_counts_marks_and_times(open_page):
    toolbar = open_page(WORST)
    toolbar.open_panel()
    assert re.match(r"\d+ times shop\.OrderItem\.product", heard(toolbar.cards.first.locator("h5")))
    assert "this line: " in toolbar.cards.first.locator("[data-qw-marked]").first.text_content()
    timeline = toolbar.cards.first.get_by_role("img", name=re.compile("^Timeline: "))
    assert re.search(r"queries between .+ and .+ of a request of", timeline.get_attribute("aria-label"))


def heard(element) -> str:
    return " ".join(element.evaluate(HEARD).split())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(open_page, theme):
    toolbar = open_page("/overview/", theme=theme)
    toolbar.fetch("/orders/mailing/")
    toolbar.open_panel()
    for summary in toolbar.panel.locator("summary").all():
        summary.click()
    ratios = toolbar.contrasts()
    assert len(ratios) > 50
    assert [text for ratio, text in ratios if ratio < 4.5] == []


def test_the_theme_is_the_toolbars(open_page):
    toolbar = open_page(WORST)
    toolbar.open_panel()
    colour = "panel => getComputedStyle(panel).backgroundColor"
    seen = {toolbar.panel.evaluate(colour)}
    for _ in range(2):
        toolbar.page.locator("#djToggleThemeButton").click()
        seen.add(toolbar.panel.evaluate(colour))
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("server", "address", "subject"),
    [
        ("runserver", "/orders/mailing/", "shop.Order.user"),
        ("runserver", "/streamed/", "shop.Order.user"),
        ("uvicorn", "/orders/parcels/", "shop.Order.items"),
        ("uvicorn", "/streamed/", "shop.Order.user"),
    ],
)
def test_a_request_by_script_does_not_hide_behind_history(open_page, server, address, subject):
    toolbar = open_page(QUIET, server=server)
    assert toolbar.verdict.startswith("No ")
    toolbar.fetch(address)
    toolbar.open_panel()
    other = toolbar.other_request(f"GET {address}")
    assert "1 N+1" in other.inner_text()
    other.get_by_role("button", name="Show").click()
    toolbar.cards.first.wait_for()
    assert subject in toolbar.cards.first.locator("h5").inner_text()
    assert f"GET {address}" in toolbar.panel.locator(".qw-request").inner_text()


def test_a_redirect_does_not_hide_the_request_before_it(open_page):
    toolbar = open_page("/")
    toolbar.page.locator("tr", has_text="Restock").get_by_role("button", name="N+1").click()
    toolbar.page.wait_for_url("**/products/fixed/")
    toolbar.open_panel()
    assert "1 N+1 write" in toolbar.other_request("POST /products/restock/").inner_text()


@pytest.mark.parametrize("server", ["runserver", "uvicorn"])
def test_history_switches_the_panel_and_it_still_works(open_page, server):
    toolbar = open_page(QUIET, server=server)
    toolbar.fetch(WORST)
    toolbar.switch_in_history(WORST)
    toolbar.page.wait_for_function(SIDEBAR_WARNS)
    assert "1 N+1" in toolbar.verdict
    toolbar.open_panel()
    toolbar.page.get_by_role("button", name="Copy the fix").click()
    toolbar.page.get_by_text("Copied", exact=True).wait_for()
    assert toolbar.clipboard() == FIX


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django's own policy came with 6.0")
def test_a_strict_content_security_policy_is_kept(open_page, serve):
    toolbar = open_page(WORST)
    policy = toolbar.page.request.get(serve("runserver") + WORST).headers["content-security-policy"]
    assert policy == "default-src 'self'"
    toolbar.open_panel()
    width = "card => getComputedStyle(card).borderInlineStartWidth"
    assert toolbar.cards.first.evaluate(width) == "4px"  # open_page sees to the console


def test_hostile_names_are_shown_as_text(open_page):
    toolbar = open_page("/hostile/<script>globalThis.attacked=1<%2Fscript>")
    panel = toolbar.open_panel()
    for summary in panel.locator("summary").all():
        summary.click()
    assert panel.locator("img, script, iframe").count() == 0
    assert toolbar.page.evaluate("globalThis.attacked") is None
    text = panel.inner_text()
    assert text.count(ATTACK) >= 3
    assert f'as "</pre>{ATTACK}"'.lower() in text.lower()
    assert "<!-- </pre><script>globalThis.attacked = 1</script> -->" in text


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_narrow_window_shows_all_without_scrolling_sideways(open_page, direction):
    toolbar = open_page(f"/overview/?direction={direction}", width=800)
    panel = toolbar.open_panel()
    assert panel.evaluate("panel => panel.parentElement.scrollWidth <= panel.parentElement.clientWidth")
    assert panel.locator(".qw-excerpt").first.evaluate("code => getComputedStyle(code).direction") == "ltr"
    for fix in panel.locator("[data-qw-fix]").all():
        box = fix.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 800 - SIDEBAR


def test_a_page_without_findings_says_what_was_checked(open_page):
    toolbar = open_page(QUIET)
    assert toolbar.verdict == "No N+1 in 1 query"
    assert "No N+1 in 1 query" in toolbar.open_panel().inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_for_readme_and_docs(open_page, theme):
    toolbar = open_page("/overview/", theme=theme)
    toolbar.open_panel()
    toolbar.cards.first.wait_for()
    toolbar.page.wait_for_function("() => document.fonts.status === 'loaded'")
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture = IMAGES / f"panel-{theme}.png"
    toolbar.page.screenshot(path=picture)
    assert picture.stat().st_size < 400_000
