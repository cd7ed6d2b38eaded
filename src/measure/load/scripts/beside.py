"""What is needed of Locust beside its result: latencies by the microsecond, where it would round them to whole
milliseconds, and how long it ran, which a locustfile may cut short by itself."""

import os
import time

import locust.stats
from locust import events


def spelled(milliseconds):
    """The middle of a bucket, of which every doubling has 512, in milliseconds."""
    ns = int(milliseconds * 1e6)
    shift = max(ns.bit_length() - 10, 0)
    return ((ns >> shift << shift) + (1 << shift >> 1)) / 1e6


@events.test_start.add_listener
def on_start(**_):
    global BEGUN
    BEGUN = time.monotonic()


@events.test_stop.add_listener
def on_stop(**_):
    with open(os.environ["PACEGATE_RAN"], "w") as file:
        file.write(str(time.monotonic() - BEGUN))


locust.stats.bucket_response_time = spelled
