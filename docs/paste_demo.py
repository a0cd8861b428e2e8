"""Put what the demo prints into the README: ``make readme``."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```\n.*?\n```", re.DOTALL)


def main() -> None:
    demo = "".join(command_output(name) for name in ("seed", "demo")).strip()
    first_finding = demo[demo.index("N+1: ") :].partition("\n\n")[0]
    message, mark, details = README.read_text().partition("<details>")
    README.write_text(with_block(message, first_finding) + mark + with_block(details, demo))


def command_output(name: str) -> str:
    command = [sys.executable, "example_project/manage.py", name, "--no-color"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def with_block(markdown: str, text: str) -> str:
    """Put this text into the first code block."""
    return BLOCK.sub(lambda _: f"```\n{text}\n```", markdown, count=1)


if __name__ == "__main__":
    main()
