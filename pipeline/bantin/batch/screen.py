"""What a person sees of a run, on standard error: a bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

EVERY = 10.0  # seconds between plain lines


class Screen:
    """Counts what is done and shows it. ``tick`` may be called from any thread."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.done = self.failed = 0
        self.bytes = self.total = 0
        self.began = self.shown = time.monotonic()
        self._lock = threading.Lock()
        self._bar = None

    def start(self, total: int | None, workers: str) -> None:
        """``total``: bytes of input that are still to be done, None if unknown."""
        self.total = total or 0
        self.began = self.shown = time.monotonic()
        if self.quiet:
            return
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

            columns = [TextColumn("{task.fields[articles]}"), TextColumn("{task.fields[rate]}", style="cyan"), TextColumn("{task.fields[failures]}")]
            if total:
                columns = [BarColumn(bar_width=24), TaskProgressColumn(), *columns, TextColumn("{task.fields[left]}", style="green")]  # type: ignore[list-item]
            columns += [TimeElapsedColumn(), TextColumn("{task.fields[memory]}", style="dim")]  # type: ignore[list-item]
            self._bar = Progress(*columns, console=Console(stderr=True), refresh_per_second=4, transient=True)
            self._task = self._bar.add_task("", total=total or None, **self._fields())
            self._bar.start()
        else:
            self.note(f"annotating with {workers}")

    def tick(self, done: int, failed: int, size: int) -> None:
        with self._lock:
            self.done += done
            self.failed += failed
            self.bytes += size
            if self.quiet:
                return
            now = time.monotonic()
            if self._bar is None:
                if now - self.shown >= EVERY:
                    self.shown = now
                    fields = self._fields()
                    percent = f"{100 * min(self.bytes, self.total) / self.total:.0f} %" if self.total else ""
                    self.note(", ".join(text for text in (fields["articles"], fields["rate"], fields["failures"], percent, fields["left"], fields["memory"]) if text))
            elif now - self.shown >= 0.2:
                self.shown = now
                self._bar.update(self._task, completed=min(self.bytes, self.total), **self._fields())

    def _fields(self) -> dict[str, str]:
        seconds = max(time.monotonic() - self.began, 1e-6)
        left = ""
        if self.bytes and self.total and seconds > 2:
            left = f"{_clock(seconds * max(self.total - self.bytes, 0) / self.bytes)} left"
        memory = _memory()
        return {
            "articles": f"{self.done:,} articles",
            "rate": f"{self.done / seconds:,.0f}/s",
            "failures": f"{self.failed:,} failed" if self.failed else "",
            "left": left,
            "memory": f"{memory >> 20:,} MB" if memory else "",
        }

    def note(self, line: str) -> None:
        """One line for a person."""
        if not self.quiet:
            if self._bar is not None:
                self._bar.console.print(line, markup=False, highlight=False)
            else:
                print(f"bantin: {line}", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            with contextlib.suppress(Exception):
                self._bar.stop()
            self._bar = None


def _clock(seconds: float) -> str:
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}"


def _memory() -> int:
    """Resident bytes of this process and its children; 0 where /proc does not say."""
    total = 0
    page = os.sysconf("SC_PAGE_SIZE")
    try:
        pids = [str(os.getpid())]
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children") as stream:
                pids += stream.read().split()
        for pid in pids:
            with contextlib.suppress(OSError), open(f"/proc/{pid}/statm") as stream:
                total += int(stream.read().split()[1]) * page
    except OSError:
        return 0
    return total
