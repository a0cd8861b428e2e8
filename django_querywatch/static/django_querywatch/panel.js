// Copies a fix and shows another request. One listener on the document: the toolbar's elements come and go,
// and an event's path leads into its shadow root.

const SHOWN_FOR = 2000;

function selectText(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = globalThis.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
}

async function write(element) {
    try {
        await navigator.clipboard.writeText(element.textContent);
        return true;
    } catch {
        // No clipboard without a secure context.
        selectText(element);
        return document.execCommand("copy");
    }
}

function say(panel, text) {
    panel.querySelector("[data-qw-status]").textContent = text;
}

async function copyFix(button, panel) {
    const fix = button.parentElement.querySelector("[data-qw-fix]");
    const isCopied = await write(fix);
    if (!isCopied) {
        selectText(fix);
    }
    button.textContent = isCopied ? "Copied" : "Press Ctrl+C";
    say(panel, isCopied ? "The fix is copied." : "The fix is selected: copy it with the keyboard.");
    setTimeout(() => {
        button.textContent = "Copy";
    }, SHOWN_FOR);
}

async function showRequest(button, panel) {
    button.disabled = true;
    try {
        const response = await fetch(button.dataset.qwShow, { credentials: "same-origin" });
        const container = panel.parentElement;
        container.innerHTML = (await response.json()).content;
        container.scrollTop = 0;
        container.querySelector("[data-qw-panel] h4")?.focus();
    } catch {
        button.disabled = false;
        say(panel, "The toolbar did not answer. Reload the page and try again.");
    }
}

const ACTIONS = { qwCopy: copyFix, qwShow: showRequest };

document.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node instanceof HTMLButtonElement);
    const panel = button?.closest("[data-qw-panel]");
    for (const [name, act] of Object.entries(ACTIONS)) {
        if (panel && name in button.dataset) {
            act(button, panel);
        }
    }
});
