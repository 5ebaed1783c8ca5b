"""Histograms of /metrics, and what lies between two readings of one."""
import re


def histogram(text, name):
    """Cumulative buckets {bound: count}."""
    return {float(m.group(1).replace("+Inf", "inf")): float(m.group(2))
            for m in re.finditer(rf'^{name}_bucket\{{le="([^"]+)"\}} (\S+)', text, re.M)}


def quantile(before, after, q):
    bounds = sorted(after)
    counts = [after[b] - before.get(b, 0) for b in bounds]
    if not counts or counts[-1] <= 0:
        return None
    want = q * counts[-1]
    low = 0.0
    for bound, count, below in zip(bounds, counts, [0] + counts):
        if count >= want:
            if bound == float("inf"):
                return low
            share = (want - below) / max(1e-9, count - below)
            return low + (bound - low) * share
        low = bound
    return low
