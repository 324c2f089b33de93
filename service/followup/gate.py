"""The closure gate: a case is not closed silently over what stands open."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def unnamed(open_ids: Iterable[str], named: Collection[str]) -> tuple[str, ...]:
    """Return the ids that stand open and that no written reason names: where there is one, the closure is refused."""
    return tuple(ident for ident in open_ids if ident not in named)


def closing_prompt(passages: int) -> str:
    """Return the fixed wording shown before a closure (practice guidance, wording library)."""
    return (
        f"The record supplied contains {passages} passages with no later response in these notes. "
        "What else was weighed?"
    )
