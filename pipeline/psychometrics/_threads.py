"""How many threads the products of matrices take."""

from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any


def one_blas_thread() -> AbstractContextManager[Any]:
    """Products of matrices in one thread each.

    For many small products, one after the other or shared out between threads: more threads within
    each only wait for one another, on a busy machine ten times as long as the product takes.
    """
    from threadpoolctl import threadpool_limits

    import_module("scipy.linalg.blas")  # what is loaded later would not be limited
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
