"""Work shared out between threads, and how many threads the products of matrices take."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any, TypeVar

THREADS = 2
"""So many parts are worked on at the same time; no number depends on it."""

Part = TypeVar("Part")
Done = TypeVar("Done")


def one_blas_thread() -> AbstractContextManager[Any]:
    """Products of matrices in one thread each.

    For many small products, one after the other or shared out between threads: more threads within
    each only wait for one another, on a busy machine ten times as long as the product takes.
    """
    from threadpoolctl import threadpool_limits

    import_module("scipy.linalg.blas")  # what is loaded later would not be limited
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits


def in_threads(work: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
    """What `work` makes of each part, in their order; for work that numpy does on large arrays."""
    with one_blas_thread(), ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(work, parts)
