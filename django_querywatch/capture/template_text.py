"""The text of a template: which names it reads, and which templates and tags it brings along."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_PARTS = re.compile(r"\{%-?\s*(?:include|extends)\s+(?:([\"'])([^\"']+)\1)?")
_LOAD = re.compile(r"\{%-?\s*load\s+([^%]+)%\}")


class TemplateText(NamedTuple):
    text: str
    parts: tuple[str, ...]
    """Names of the templates that it includes or extends."""
    is_followed: bool
    """False where such a name is known only when it is rendered."""
    libraries: tuple[str, ...]
    """Names of the tag libraries that it loads."""

    def reads(self, name: str) -> bool:
        """Whether it writes `.name` of anything but the request."""
        return re.search(rf"(?<!request)\.{re.escape(name)}\b", self.text) is not None


def template_text(file: str) -> TemplateText:
    text = Path(file).read_text(encoding="utf-8", errors="replace")
    parts = [found[2] for found in _PARTS.finditer(text)]
    loads = " ".join(found[1] for found in _LOAD.finditer(text))
    return TemplateText(text, tuple(filter(None, parts)), all(parts), tuple(loads.split()))
