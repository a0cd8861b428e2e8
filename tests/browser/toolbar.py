"""What a person does with the toolbar, in the words of the tests."""

from typing import Any

CONTRASTS = """panel => {
    const luminance = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map(value => value / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const background = element => {
        for (let node = element; node instanceof Element; node = node.parentElement) {
            const found = channels(getComputedStyle(node).backgroundColor);
            if (found.length < 4 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    const results = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
        if (!text || element.closest("svg, .qw-unseen") || !element.checkVisibility()) continue;
        const pair = [luminance(channels(getComputedStyle(element).color)), luminance(background(element))];
        results.push([(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), text]);
    }
    return results;
}"""

REDRAWN = """() => {
    globalThis.redrawn = false;
    const isRow = node => node.dataset?.requestId;
    const look = changes => { globalThis.redrawn ||= changes.some(change => [...change.removedNodes].some(isRow)); };
    const root = document.querySelector("#djDebugRoot")?.shadowRoot ?? document;
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
}"""


class Toolbar:
    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def verdict(self) -> str:
        """What the sidebar says."""
        text: str = self.page.locator("#djdt-QueryWatchPanel small").inner_text()
        return " ".join(text.split())

    @property
    def panel(self) -> Any:
        return self.page.locator("[data-qw-panel]")

    @property
    def cards(self) -> Any:
        return self.panel.locator(".qw-card")

    def open_panel(self) -> Any:
        self.page.locator("#djdt-QueryWatchPanel a").click()
        self.panel.wait_for()
        self.run_script("django_querywatch/panel.js")
        return self.panel

    def run_script(self, name: str) -> None:
        """Wait until a panel's script has run: it comes after the panel's content, and a click before is lost."""
        self.page.evaluate("name => import(`/static/${name}`).then(() => null)", name)

    def fetch(self, address: str) -> str:
        """Request an address as a script of the page would."""
        text: str = self.page.evaluate("address => fetch(address).then(response => response.text())", address)
        return text

    def other_request(self, name: str) -> Any:
        return self.panel.locator(".qw-others li").filter(has_text=name).first

    def switch_in_history(self, address: str) -> None:
        # Before the panel opens: the script has its rows drawn again then, and a click in between is lost.
        self.run_script("debug_toolbar/js/history.js")
        self.page.evaluate(REDRAWN)
        self.page.locator("#djdt-HistoryPanel a").click()
        self.page.wait_for_function("() => globalThis.redrawn")
        path = self.page.get_by_text(address, exact=True)  # the shelf of a server holds other tests' requests
        row = self.page.locator("#djdtHistoryRequests tr").filter(has=path).first
        row.locator("button.switchHistory").click()

    def clipboard(self) -> str:
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def contrasts(self) -> list[tuple[float, str]]:
        """Each visible text of the panel with the ratio of its colour to what is behind it."""
        return [(ratio, text) for ratio, text in self.panel.evaluate(CONTRASTS)]
