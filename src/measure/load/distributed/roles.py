"""What a worker records, and how the master conducts the workers."""

import collections
import os
import random
import time

import gevent
from locust import User, events, task
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

AFTER_A_FAILURE = 0.01
LAST_WORDS = 0.5
PATIENCE = 15
STEPS = [step for journey in PLAN["journeys"] for step in journey["steps"]]
SHAPE = PLAN["traffic"]["Distributed"]
DURATION, RAMP_DOWN = seconds(SHAPE["duration"]), seconds(SHAPE["ramp_down"])


def spelled(ns):
    """A latency as told: the middle of its bucket, of which every doubling has 512."""
    shift = max(ns.bit_length() - 10, 0)
    return (ns >> shift << shift) + (1 << shift >> 1)


class Record:
    """The measured requests of a step."""

    def __init__(self):
        self.counts, self.failures = collections.Counter(), collections.Counter()

    def told(self):
        counts = [[ns, count] for ns, count in self.counts.items()]
        return {"counts": counts, "failures": list(map(list, self.failures.items()))}

    def merge(self, told):
        self.counts.update({ns: count for ns, count in told["counts"]})
        self.failures.update({kind: count for kind, count in told["failures"]})


class Worker:
    """Lets its users make journeys, and records them from the master's word on."""

    def __init__(self, environment):
        self.runner = environment.runner
        self.begin = self.end = None
        self.steps = [Record() for _ in STEPS]
        self.completed = self.under_way = self.users = 0
        self.cpu = self.used = None
        self.values, self.number, self.stride = {}, 0, 1
        self.reported = False
        self.runner.register_message("pacegate_values", self.on_values)
        self.runner.register_message("pacegate_begin", self.on_begin)
        self.runner.register_message("pacegate_end", lambda **_: self.report())
        environment.events.quitting.add_listener(lambda **_: self.report())

    def on_values(self, msg, **_):
        self.values = msg.data["values"]
        self.number, self.stride = msg.data["index"], msg.data["count"]

    def on_begin(self, **_):
        self.cpu = time.process_time()
        self.begin = time.perf_counter_ns()
        self.end = self.begin + int(DURATION * 1e9)
        gevent.spawn(self.until_the_end)

    def until_the_end(self):
        gevent.sleep(DURATION)
        self.used = self.share()
        patience = time.monotonic() + TIMEOUT + 1
        while self.under_way and time.monotonic() < patience:
            gevent.sleep(0.01)
        self.report()

    def share(self):
        """CPU time by wall time since the measured time began."""
        wall = max((time.perf_counter_ns() - self.begin) * 1e-9, 1e-9)
        return (time.process_time() - self.cpu) / wall

    def report(self):
        if self.reported or self.begin is None:
            return
        self.reported = True
        now = time.perf_counter_ns()
        self.runner.send_message(
            "pacegate_seen",
            {
                "steps": [step.told() for step in self.steps],
                "completed": self.completed,
                "measured": (min(now, self.end) - self.begin) * 1e-9,
                # Waiting for the last answers is no work.
                "cpu": self.share() if self.used is None else self.used,
            },
        )

    def leaves(self, user):
        """When a user's time is over: one after the other, once the measured time is."""
        share = (user + 1) / max(self.users, 1)
        return self.end is not None and time.perf_counter_ns() >= self.end + RAMP_DOWN * share * 1e9

    def make(self, client, visit, index):
        """Makes a step and records it; tells whether it succeeded."""
        measured = self.begin is not None and time.perf_counter_ns() < self.end
        self.under_way += measured
        try:
            begin, end, failure = request(client, visit, STEPS[index])
        finally:
            self.under_way -= measured
        within = self.begin is not None and self.begin <= end < self.end
        self.completed += failure is None and within
        if measured:
            self.steps[index].counts[spelled(end - begin)] += 1
            if failure is not None:
                self.steps[index].failures[failure] += 1
        return failure is None

    def journey(self, client, user):
        """One journey of a user. A step that fails ends it."""
        number, self.number = self.number, self.number + self.stride
        draws = random.Random(number)
        visit = Visit(dict(self.values))
        which = draws.choices(JOURNEYS, WEIGHTS)[0]
        for table in HANDED["tables"]:
            rows = table["rows"]
            row = rows[draws.randrange(len(rows)) if table["random"] else number % len(rows)]
            visit.variables.update(zip(table["columns"], row))
        for index in which:
            if self.leaves(user):
                raise StopUser
            if not self.make(client, visit, index):
                # A service that refuses at once must not be asked as fast as the loop can go.
                gevent.sleep(AFTER_A_FAILURE)
                return
            think = STEPS[index]["think"]
            if think is not None:
                gevent.sleep(draws.uniform(seconds(think["from"]), seconds(think["to"])))


def places():
    """The steps of each journey, as places among all."""
    begun = 0
    for journey in PLAN["journeys"]:
        yield range(begun, begun + len(journey["steps"]))
        begun += len(journey["steps"])


JOURNEYS = list(places())
WEIGHTS = [journey["weight"] for journey in PLAN["journeys"]]


def write(path, document):
    """Writes a document, whole or not at all."""
    with open(path + ".draft", "w") as file:
        json.dump(document, file)
    os.replace(path + ".draft", path)


class Master:
    """Conducts the workers, counts them, and writes down what they saw."""

    def __init__(self, environment):
        self.runner = environment.runner
        self.started = self.phase = None
        self.team, self.seen, self.gone = [], {}, {}
        self.values = {}
        self.written = False
        self.runner.register_message("pacegate_seen", self.on_seen)
        environment.events.test_start.add_listener(self.on_start)
        environment.events.spawning_complete.add_listener(self.on_complete)
        environment.events.worker_connect.add_listener(self.on_connect)
        environment.events.quitting.add_listener(self.on_quitting)
        gevent.spawn(self.watch)

    def there(self):
        return [id for id, worker in self.runner.clients.items() if worker.state != "missing"]

    def watch(self):
        """Tells how it goes, and notes which workers are lost, and when."""
        while not self.written:
            there = self.there()
            if self.started is not None:
                # One that comes back has lost users meanwhile, and stays among them.
                for id in set(self.team) - set(there) - set(self.seen):
                    self.gone.setdefault(id, time.monotonic() - self.started)
            state = {"port": self.runner.server.port, "connected": len(there), "phase": self.phase}
            write(os.environ["PACEGATE_STATE"], state)
            gevent.sleep(0.1)

    def on_connect(self, client_id, **_):
        """Nobody joins a load that is under way: users would move, and be measured nowhere."""
        if self.started is not None:
            message = self.runner.send_message
            gevent.spawn_later(0.05, message, "quit", None, client_id)

    def on_start(self, **_):
        self.team = self.there()
        self.started, self.phase = time.monotonic(), "starting"
        try:
            prepare()
            self.values = aside(PLAN["setup"], {})
        except Unusable as error:
            self.give_up(str(error))
        except Aside as failed:
            self.write(setup=[failed.step, failed.kind])
            self.give_up(None)
        for index, id in enumerate(self.team):
            told = {"values": self.values, "index": index, "count": len(self.team)}
            self.runner.send_message("pacegate_values", told, id)

    def give_up(self, why):
        if why is not None:
            self.write(error=why)
        self.runner.send_message("quit")
        gevent.sleep(0.2)
        os._exit(1)

    def on_complete(self, **_):
        if self.phase == "starting":
            self.phase = "warming up"
            gevent.spawn(self.conduct)

    def conduct(self):
        gevent.sleep(seconds(SHAPE["warmup"]))
        if not self.all_came():
            return
        self.phase = "measuring"
        for id in self.there():
            self.runner.send_message("pacegate_begin", None, id)
        self.hear(DURATION + TIMEOUT + 5)
        if self.phase == "stopping":
            return
        self.phase = "ending"
        gevent.sleep(RAMP_DOWN)
        self.write(complete=True)
        self.runner.quit()

    def all_came(self):
        """Whether workers and users are those that were asked for; Locust itself would go on without."""
        until = time.monotonic() + PATIENCE
        while self.runner.user_count < SHAPE["count"] and not self.gone and time.monotonic() < until:
            gevent.sleep(0.05)
        users = self.runner.user_count
        if users >= SHAPE["count"] or self.gone:
            return True
        self.give_up(f"{users} of {SHAPE['count']} users came within {PATIENCE} s of the ramp-up's end")
        return False

    def hear(self, patience):
        """Waits for the reports of all who are still there."""
        until = time.monotonic() + patience
        while set(self.there()) & set(self.team) - set(self.seen) and time.monotonic() < until:
            gevent.sleep(0.02)

    def on_seen(self, msg, **_):
        if msg.node_id in self.team:
            self.seen[msg.node_id] = msg.data

    def on_quitting(self, **_):
        if self.written:
            return
        if self.phase == "measuring":
            self.phase = "stopping"
            for id in self.there():
                self.runner.send_message("pacegate_end", None, id)
            self.hear(LAST_WORDS)
        # Whoever only left slowly has told all that it measured.
        self.write(complete=self.phase == "ending")

    def write(self, complete=False, error=None, setup=None):
        if self.written:
            return
        self.written = True
        steps = [Record() for _ in STEPS]
        for told in self.seen.values():
            for step, more in zip(steps, told["steps"]):
                step.merge(more)
        since = time.monotonic() - self.started if self.started is not None else 0
        silent = [id for id in self.team if complete and id not in self.seen]
        document = {
            "steps": [step.told() for step in steps],
            "completed": sum(told["completed"] for told in self.seen.values()),
            "measured": max((told["measured"] for told in self.seen.values()), default=0),
            "busiest": max((told["cpu"] for told in self.seen.values()), default=None),
            "complete": complete,
            "team": len(self.team),
            "lost": list(({id: since for id in silent} | self.gone).values()),
            "setup": setup,
            "teardown": None,
            "error": error,
        }
        # What was seen is safe before anything else may take long.
        write(os.environ["PACEGATE_SEEN"], document)
        if self.started is None or error is not None or setup is not None:
            return
        try:
            aside(PLAN["teardown"], self.values)
        except Aside as failed:
            document["teardown"] = [failed.step, failed.kind]
            write(os.environ["PACEGATE_SEEN"], document)


class Aside(Exception):
    """A step beside the load that failed."""

    def __init__(self, step, kind):
        super().__init__(step)
        self.step, self.kind = step, kind


def aside(steps, values):
    """Makes the steps before or after the load; gives the visitor's variables."""
    visit, client = Visit(dict(values)), Client()
    for step in steps:
        failure = request(client, visit, step)[2]
        if failure is not None:
            raise Aside(step["name"], failure)
    return visit.variables


class Visitor(User):
    """A user who makes one journey after the other."""

    def on_start(self):
        self.place = WORKER.users
        WORKER.users += 1

    @task
    def visit(self):
        client = Client()
        while not WORKER.leaves(self.place):
            WORKER.journey(client, self.place)
        raise StopUser


WORKER = None


@events.init.add_listener
def on_init(environment, **_):
    global WORKER
    if isinstance(environment.runner, WorkerRunner):
        prepare()
        WORKER = Worker(environment)
    elif isinstance(environment.runner, MasterRunner):
        Master(environment)
