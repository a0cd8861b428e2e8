"""`assertNoNPlusOne`: a block, a call or a coroutine that must have no N+1."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any, overload

from django_querywatch.recording import Recording
from django_querywatch.testing.failing import failure_text
from django_querywatch.testing.rules import Rules, rules
from django_querywatch.testing.watching import Watch, blind_spot, own_failure


class NoNPlusOne(AbstractContextManager[Recording], AbstractAsyncContextManager[Recording]):
    """Fails at the end of its block; the block's own exception wins, with the findings as a note."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._open: list[tuple[Watch, Recording]] = []

    def __enter__(self) -> Recording:
        watch = Watch("assertNoNPlusOne", self._rules.config())
        recording = watch.__enter__()
        self._open.append((watch, recording))
        return recording

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        watch, recording = self._open.pop()
        blind = blind_spot(recording)
        watch.__exit__(kind, error, trace)
        text = failure_text(recording, self._rules)
        if error is None and (problem := text or blind or own_failure(recording)):
            raise AssertionError(problem)
        if error is not None and text:
            error.add_note(f"assertNoNPlusOne found until then:\n{text}")

    async def __aenter__(self) -> Recording:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self.__exit__(kind, error, trace)


@overload
def assertNoNPlusOne(
    func: None = None,
    *,
    kinds: Iterable[str] | str | None = None,
    threshold: int | None = None,
    potential: bool = False,
    max_queries: int | None = None,
    using: Iterable[str] | str | None = None,
    ignore: Iterable[Mapping[str, str]] = (),
) -> NoNPlusOne: ...


@overload
def assertNoNPlusOne(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


def assertNoNPlusOne(
    func: Callable[..., Any] | None = None,
    *args: Any,
    kinds: Iterable[str] | str | None = None,
    threshold: int | None = None,
    potential: bool = False,
    max_queries: int | None = None,
    using: Iterable[str] | str | None = None,
    ignore: Iterable[Mapping[str, str]] = (),
    **kwargs: Any,
) -> Any:
    """Fail when a block, or a call of `func`, has an N+1; as a block, `with` or `async with`.

    `kinds` are the kinds of finding that fail, `potential` adds the one-row case. `threshold` and `ignore`
    are as in the settings, `using` names the aliases that count, `max_queries` is a budget. With `func`,
    what it returns is returned; a coroutine is to be awaited.
    """
    __tracebackhide__ = True
    block = NoNPlusOne(
        rules(
            kinds=kinds,
            threshold=threshold,
            potential=potential,
            max_queries=max_queries,
            using=using,
            ignore=ignore,
        )
    )
    if func is None:
        if args or kwargs:
            raise TypeError(
                f"assertNoNPlusOne() has no option {next(iter(kwargs), args)!r} without a function to call"
            )
        return block
    if inspect.iscoroutinefunction(func):
        return _awaited(block, func(*args, **kwargs))
    with block:
        return func(*args, **kwargs)


async def _awaited(block: NoNPlusOne, result: Awaitable[Any]) -> Any:
    __tracebackhide__ = True
    async with block:
        return await result
