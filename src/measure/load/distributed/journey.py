"""What a visitor asks for, and what is taken from the answers: texts, bodies, expectations."""

import base64
import json
import re
from urllib.parse import quote_plus

# A visitor's own plan, and what it needs from files; `HANDED` stands above.
PLAN = HANDED["plan"]
NOTHING = object()


class Failed(Exception):
    """A request that did not succeed, by the name of its failure."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


class Unusable(Exception):
    """A plan that Python understands otherwise than pacegate does."""


def seconds(time):
    return time["secs"] + time["nanos"] * 1e-9


TIMEOUT = seconds(PLAN["timeout"])
PART = re.compile(r"\$\$|\$\{([A-Za-z0-9_]+)\}")


def plain(value):
    """A value within a text."""
    return value if isinstance(value, str) else compact(value)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def value_of(name, variables):
    value = variables.get(name, NOTHING)
    if value is NOTHING:
        raise Failed("NoValue")
    return value


def rendered(template, variables, escape=str):
    if "$" not in template:
        return template

    def part(found):
        name = found.group(1)
        return "$" if name is None else escape(plain(value_of(name, variables)))

    return PART.sub(part, template)


def rendered_json(value, variables):
    """A text that is one variable and nothing else becomes its value, of whatever type."""
    if isinstance(value, str):
        alone = PART.fullmatch(value)
        if alone and alone.group(1):
            return value_of(alone.group(1), variables)
        return rendered(value, variables)
    if isinstance(value, list):
        return [rendered_json(item, variables) for item in value]
    if isinstance(value, dict):
        return {name: rendered_json(item, variables) for name, item in value.items()}
    return value


def in_path(text):
    """Escapes what a path must not hold; what is escaped already, and what divides parts, stays."""
    kept = (
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b'#"<>\\^`{|}' else f"%{byte:02X}"
        for byte in text.encode()
    )
    return "".join(kept)


def in_form(text):
    return quote_plus(text, safe="*").replace("~", "%7E")


FILES = {path: base64.b64decode(content) for path, content in HANDED["files"].items()}


def body_of(step, variables):
    if step["body"] is None:
        return b""
    ((kind, content),) = step["body"].items()
    if kind == "File":
        return FILES[content]
    if kind == "Json":
        text = compact(rendered_json(content, variables))
    elif kind == "Form":
        pairs = ((name, rendered(value, variables)) for name, value in content)
        text = "&".join(f"{in_form(name)}={in_form(value)}" for name, value in pairs)
    else:
        text = rendered(content, variables)
    return text.encode()


def reads_body(step):
    extracts = any("Header" not in plan["source"] for plan in step["extract"])
    return extracts or step["expect"]["body"] is not None or bool(step["expect"]["json"])


def no_number(name):
    raise ValueError(name)


def parsed(body):
    try:
        return json.loads(body.decode(), parse_constant=no_number)
    except (ValueError, RecursionError):
        raise Failed("NotJson") from None


def at(path, value):
    """The value at a path of names and indexes."""
    for key in HANDED["paths"][path]:
        if isinstance(key, str):
            if not isinstance(value, dict) or key not in value:
                return NOTHING
        elif not isinstance(value, list) or not -len(value) <= key < len(value):
            return NOTHING
        value = value[key]
    return value


def same(one, other):
    """Equal as JSON, where `1`, `1.0` and `true` differ."""
    if one is NOTHING:
        return False
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


PATTERNS = {}


def prepare():
    """Compiles the patterns once.

    Raises `Unusable` for one that is none of Python's.
    """
    journeys = [step for journey in PLAN["journeys"] for step in journey["steps"]]
    for step in journeys + PLAN["setup"] + PLAN["teardown"]:
        for plan in step["extract"]:
            pattern = plan["source"].get("Regex")
            if pattern is None:
                continue
            try:
                PATTERNS[pattern] = re.compile(pattern)
            except re.error as error:
                raise Unusable(f"`{pattern}` is no regular expression of Python's: {error}") from None


def extracted(source, answer, document):
    if "Json" in source:
        return at(source["Json"], document)
    if "Header" in source:
        return next((value for name, value in answer.headers if name == source["Header"]), NOTHING)
    found = PATTERNS[source["Regex"]].search(answer.text())
    if found is None:
        return NOTHING
    value = found.group(1) if found.re.groups else found.group()
    return NOTHING if value is None else value


def judge(step, answer, took, variables):
    """Raises `Failed` with the first thing that is not as it should be; takes the variables."""
    expect = step["expect"]
    wanted = expect["status"]
    if answer.status not in wanted if wanted else not 200 <= answer.status < 400:
        raise Failed(f"Status {answer.status}")
    if expect["within"] is not None and took > seconds(expect["within"]):
        raise Failed("Slow")
    if expect["size"] is not None and answer.length > expect["size"]:
        raise Failed("Size")
    for name, text in expect["headers"]:
        text = rendered(text, variables)
        if not any(other == name and text in value for other, value in answer.headers):
            raise Failed("Header")
    if expect["body"] is not None and rendered(expect["body"], variables) not in answer.text():
        raise Failed("Body")
    reads_json = expect["json"] or any("Json" in plan["source"] for plan in step["extract"])
    document = parsed(answer.body) if reads_json else None
    for path, value in expect["json"]:
        if not same(at(path, document), rendered_json(value, variables)):
            raise Failed("Json")
    for plan in step["extract"]:
        value = extracted(plan["source"], answer, document)
        if value is NOTHING:
            raise Failed("NothingExtracted")
        variables[plan["variable"]] = value
