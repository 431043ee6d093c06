"""Engines schedule shards, and nothing else: what a shard becomes is :mod:`bantin.batch.shard`.

An engine is a module with one generator,
``run(tasks, job, workers, scheduler, stop, tick)``: it takes tasks lazily (a few more than it has
workers), runs :func:`bantin.batch.work.work` on each, anywhere and perhaps more than once, and yields
the receipts as they come. ``stop`` is a ``threading.Event``: it is set when the run ends early.
"""

NAMES = ("local", "dask")
