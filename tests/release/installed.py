"""The installed wheel is what is tested, its source out of reach: `python -m tests.release.installed`."""

import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import django_querywatch

ROOT = Path(__file__).resolve().parents[2]


def main() -> str | None:
    """What is wrong, or None."""
    place = Path(django_querywatch.__file__).resolve()
    if not place.is_relative_to(Path(sysconfig.get_path("purelib")).resolve()):
        return f"django_querywatch is imported from {place}, not from the installed wheel."
    if (ROOT / "django_querywatch").exists():
        return f"The package's source is in reach, in {ROOT}: take it out of the tree."
    direct = distribution("django-querywatch").read_text("direct_url.json") or ""
    if ".whl" not in direct:
        return f"It was not installed from a wheel's file: {direct}"
    print(f"django_querywatch is imported from {place.parent}")
    return None


if __name__ == "__main__":
    sys.exit(main())
