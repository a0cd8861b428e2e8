"""Put what is reported of the samples below them, on every page: ``make messages``."""

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from example_project.shop.factories import fill_shop

    fill_shop()
    for page in HERE.glob("*.md"):
        text = page.read_text()
        changed = with_messages(text)
        if changed != text:
            page.write_text(changed)


def with_messages(page: str) -> str:
    from samples import demo_fences, demo_message, run, samples, without_durations

    readme = (HERE.parent / "README.md").read_text()
    with tempfile.TemporaryDirectory() as folder:
        told = [
            (sample.message, run(sample.wrong, Path(folder, str(number)), sample.config)[1])
            for number, sample in enumerate(samples(page))
        ]
    told += [(fence, demo_message(readme, path)) for path, fence in demo_fences(page)]
    for fence, message in sorted(told, key=lambda pair: -pair[0].span[0]):
        if without_durations(fence.code) != without_durations(message):
            page = f"{page[: fence.span[0]]}{message}\n{page[fence.span[1] :]}"
    return page


if __name__ == "__main__":
    main()
