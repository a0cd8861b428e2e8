"""The settings as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings as a value; ``conf.get_config()`` builds it from ``settings.QUERYWATCH``."""

    enabled: bool = False
    threshold: int | None = None
    """Repetitions that make an N+1; None: 2 where there is loop evidence, else 3."""
    slow_ms: float | None = None
    max_queries: Mapping[str, int] = field(default_factory=dict)
    """How many queries a request may make, by the route or the name of its URL."""
    unused_eager: bool = False
    unread_columns: int | None = None
    """Bytes of a row from which on columns that nobody reads are looked for."""
    ignore: tuple[Mapping[str, str], ...] = ()
    reporters: tuple[str, ...] = ("django_querywatch.reporters.log.report",)
    project_packages: tuple[str, ...] = ()
    show_params: bool = False
    sample_rate: float | Mapping[str, float] = 1.0
    """Share of requests to watch; or shares by globs of their paths, the first that fits."""
    editor_url: str | None = None
    path_map: Mapping[str, str] = field(default_factory=dict)

    @property
    def judges_loading(self) -> bool:
        """Whether it is asked for what is loaded and never read."""
        return self.unused_eager or bool(self.unread_columns)

    def of_one_test(self) -> Config:
        """The same without that: no single test shows it, the end of the run does."""
        return replace(self, unused_eager=False, unread_columns=None)
