"""How requests are sent: HTTP/1.1 to the addresses that were checked, with cookies and redirects."""

import email.message
import errno
import http.cookiejar
import re
import select
import socket
import ssl
import time

import gevent
import gevent.monkey
from geventhttpclient.response import HTTPParseError, HTTPSocketResponse

MAX_BODY = 64 << 20
MAX_HEAD = 1 << 20
BLOCK = 64 << 10
ORIGIN, HOST = HANDED["origin"], HANDED["host"]
NO_SOCKET = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM}
FIELD = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
TARGET = re.compile(r"/[\x21-\x7e]*")


def trust():
    """Verifies against the system's authorities and the plan's."""
    if not ORIGIN.startswith("https:"):
        return None
    context = ssl.create_default_context()
    if HANDED["ca"] is not None:
        context.load_verify_locations(cadata=HANDED["ca"])
    return context


TRUST = trust()


class Message:
    """A request."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def encoded(self, cookies):
        headers = dict(self.headers)
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers["content-length"] = str(len(self.body))
        if cookies:
            headers["cookie"] = "; ".join(filter(None, [headers.get("cookie"), cookies]))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        for name, value in headers.items():
            value = value.encode().decode("latin-1")
            if not FIELD.fullmatch(value):
                raise Failed("Unsendable")
            lines.append(f"{name}: {value}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def message_of(step, variables):
    try:
        path = rendered(step["path"], variables, in_path)
        headers = {"host": HANDED["authority"], "user-agent": HANDED["agent"]}
        for name, value in step["headers"]:
            headers[name] = rendered(value, variables)
        body = body_of(step, variables)
    except UnicodeEncodeError:
        raise Failed("Unsendable") from None
    if not TARGET.fullmatch(path):
        raise Failed("Unsendable")
    return Message(step["method"], path, headers, body)


class Answer:
    """An answer that was read to its end; its body is empty where nobody wants it."""

    def __init__(self, status, headers, body, length):
        self.status, self.headers, self.body, self.length = status, headers, body, length

    def text(self):
        return self.body.decode("utf-8", "replace")


class Wire:
    """A socket that remembers how it ended, and gives no more than is allowed.

    Where there is always more to read no other user gets a turn, nor does the clock.
    """

    def __init__(self, sock):
        self.sock, self.failure, self.allowed = sock, None, MAX_HEAD

    def recv(self, size):
        try:
            data = self.sock.recv(size)
        except OSError:
            self.failure = "Reset"
            raise
        if not data:
            self.failure = "Closed"
        self.allowed -= len(data)
        if self.allowed < 0:
            raise Failed("Malformed")
        return data

    def close(self):
        self.sock.close()


def of_connecting(error):
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Certificate"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "Closed"
    if isinstance(error, ssl.SSLError):
        return "Handshake"
    if error.errno in NO_SOCKET:
        return "NoSocket"
    if error.errno == errno.ECONNREFUSED:
        return "Refused"
    if error.errno in (errno.ECONNRESET, errno.ECONNABORTED):
        return "Reset"
    return "Unreachable"


def connected():
    failure = None
    for address, port in HANDED["addresses"]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock if TRUST is None else TRUST.wrap_socket(sock, server_hostname=HOST)
        except OSError as error:
            failure = failure or of_connecting(error)
            if sock is not None:
                sock.close()
        except BaseException:
            sock.close()
            raise
    raise Failed(failure)


# That of the system, which asks without waiting, and of any descriptor.
POLL = gevent.monkey.get_original("select", "poll")


def readable(sock):
    """Whether there is something to be read: of an idle connection nothing but its end."""
    poll = POLL()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


class Client:
    """One connection at a time, kept while the server keeps it."""

    def __init__(self):
        self.idle = None

    def connection(self):
        sock, self.idle = self.idle, None
        if sock is not None and readable(sock):
            sock.close()
            sock = None
        return connected() if sock is None else sock

    def exchange(self, message, cookies, wants_body):
        """Sends a request and reads its answer to the end."""
        encoded = message.encoded(cookies)
        sock = self.connection()
        wire, kept = Wire(sock), False
        try:
            sock.sendall(encoded)
            response = HTTPSocketResponse(wire, BLOCK, message.method)
            wire.allowed = 2 * MAX_BODY
            length, parts = 0, []
            while data := response.read(BLOCK):
                length += len(data)
                if length > MAX_BODY:
                    raise Failed("BodyTooLarge")
                if wants_body:
                    parts.append(data)
            kept = not response.should_close()
            headers = [
                (name.lower(), value.encode("latin-1", "replace").decode("utf-8", "replace"))
                for name, value in response.items()
            ]
            return Answer(response.status_code, headers, b"".join(parts), length)
        except HTTPParseError:
            raise Failed(wire.failure or "Malformed") from None
        except OSError:
            raise Failed("Reset") from None
        finally:
            if kept:
                self.idle = sock
            else:
                sock.close()


class CookieRequest:
    """As much of a request as a cookie jar asks for."""

    unverifiable = False
    origin_req_host = host = HOST
    type = ORIGIN.split(":")[0]

    def __init__(self, path):
        self.url, self.cookies = ORIGIN + path.split("?")[0], None

    def get_full_url(self):
        return self.url

    def has_header(self, name):
        return False

    def add_unredirected_header(self, name, value):
        if name == "Cookie":
            self.cookies = value


class CookieAnswer:
    """As much of an answer as a cookie jar asks for."""

    def __init__(self, values):
        self.message = email.message.Message()
        for value in values:
            self.message["Set-Cookie"] = value

    def info(self):
        return self.message


class Visit:
    """One journey under way, with its variables and cookies."""

    def __init__(self, variables):
        self.variables, self.jar = variables, None

    def cookies(self, path):
        if self.jar is None:
            return None
        request = CookieRequest(path)
        self.jar.add_cookie_header(request)
        return request.cookies

    def keep_cookies(self, path, answer):
        given = [value for name, value in answer.headers if name == "set-cookie"]
        if not given or not PLAN["cookies"]:
            return
        if self.jar is None:
            self.jar = http.cookiejar.CookieJar()
        self.jar.extract_cookies(CookieAnswer(given), CookieRequest(path))


def redirected(message, answer):
    """The request that follows a redirect within the origin; `None` when the answer is none."""
    turns = answer.status in (301, 302, 303)
    if not turns and answer.status not in (307, 308):
        return None
    location = next((value for name, value in answer.headers if name == "location"), None)
    if location is None:
        raise Failed("Malformed")
    path = same_origin(message.path.split("?")[0], location)
    if not TARGET.fullmatch(path):
        raise Failed("Malformed")
    dropped = {"cookie"}
    method, body = message.method, message.body
    if turns and method != "HEAD":
        method, body = "GET", b""
        dropped |= {"content-type", "content-length"}
    headers = {name: value for name, value in message.headers.items() if name not in dropped}
    return Message(method, path, headers, body)


def same_origin(start, location):
    location = location.split("#")[0]
    path = location
    if re.match(r"[A-Za-z0-9+]*://", location):
        path = location[len(ORIGIN) :]
        if location[: len(ORIGIN)].lower() != ORIGIN.lower() or path[:1] not in ("", "/", "?"):
            raise Failed("Elsewhere")
    elif location.startswith("//"):
        raise Failed("Elsewhere")
    if path.startswith("/"):
        return path
    if path.startswith("?"):
        return start + path if path == location else "/" + path
    return start[: start.rfind("/") + 1] + path if path else start


def follow(client, visit, step):
    message, wants = message_of(step, visit.variables), reads_body(step)
    for _ in range(PLAN["redirects"] + 1):
        answer = client.exchange(message, visit.cookies(message.path), wants)
        visit.keep_cookies(message.path, answer)
        following = redirected(message, answer) if PLAN["redirects"] else None
        if following is None:
            return answer
        message = following
    raise Failed("Redirects")


def request(client, visit, step):
    """Makes a step; gives its begin and its end in nanoseconds, and how it failed."""
    begin = time.perf_counter_ns()
    limit = gevent.Timeout(TIMEOUT)
    limit.start()
    try:
        answer = follow(client, visit, step)
        end = time.perf_counter_ns()
        judge(step, answer, (end - begin) * 1e-9, visit.variables)
        return begin, end, None
    except Failed as failed:
        return begin, time.perf_counter_ns(), failed.kind
    except UnicodeError:
        return begin, time.perf_counter_ns(), "Unsendable"
    except gevent.Timeout as timeout:
        if timeout is not limit:
            raise
        return begin, begin + int(TIMEOUT * 1e9), "Timeout"
    finally:
        limit.close()
