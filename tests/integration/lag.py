"""How far the machine keeps everybody waiting. What a test asserts to the millisecond, and what is heard by a recogniser that
has to keep up, can only be asked of a machine that runs who is due. Whether it does is measured beside the tests: by a
thread that wants to wake every 10 ms, and by the share of the time in which somebody waited for a processor."""
import contextlib
import threading
import time

LATE, CROWDED = 0.03, 0.3  # seconds; a share. More than either, and a failure may be the machine's
FULL = 0.8  # a share: nobody else comes in
_late, _began = [], threading.Event()  # (moment, seconds) of what was worth noting


def _measure():
    while True:
        due = time.monotonic() + 0.01
        time.sleep(0.01)
        late = time.monotonic() - due
        if late > 0.005:
            _late.append((due, late))


def start():
    if not _began.is_set():
        _began.set()
        threading.Thread(target=_measure, daemon=True).start()


def worst(since):
    """Seconds by which a thread of ours was late at worst since that moment of time.monotonic()."""
    return max((late for at, late in reversed(_late[:]) if at + late >= since), default=0.0)


def _waited():
    """Seconds since the start in which somebody waited for a processor; 0 where the kernel does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/pressure/cpu", encoding="ascii") as f:
        return int(f.readline().split("total=")[1]) / 1e6
    return 0.0


class Watch:
    """From when it is made. `says()` is None, or how bad it was."""

    def __init__(self):
        start()
        self.began, self.waited = time.monotonic(), _waited()

    def share(self):
        """Of the time: how much of it somebody waited for a processor."""
        return (_waited() - self.waited) / max(time.monotonic() - self.began, 0.1)

    def crowded(self):
        return self.share() >= FULL

    def says(self):
        late, share = worst(self.began), self.share()
        return f"{late * 1000:.0f} ms late at worst, somebody waited {share:.0%} of the time" if late >= LATE or share >= CROWDED else None


def undisturbed(test, tries=3):
    """Calls `test`, once more when it fails on such a machine. The last failure counts, and so does any on another."""
    for left in reversed(range(tries)):
        watch = Watch()
        try:
            return test()
        except AssertionError as e:
            said = watch.says()
            if not left or not said:
                raise
            print(f"  once more ({said}): {str(e)[:200]}", flush=True)
    return None
