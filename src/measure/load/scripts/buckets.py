"""Latencies by the microsecond, where Locust would round them to whole milliseconds."""

import locust.stats


def spelled(milliseconds):
    """The middle of a bucket, of which every doubling has 512, in milliseconds."""
    ns = int(milliseconds * 1e6)
    shift = max(ns.bit_length() - 10, 0)
    return ((ns >> shift << shift) + (1 << shift >> 1)) / 1e6


locust.stats.bucket_response_time = spelled
