"""A strict reading of HTTP/1 messages (RFC 9112), independent of the gateway's: what it cannot read is a violation."""
import re
from dataclasses import dataclass, field

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/1\.([01])")
STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([\x21-\x7e\x80-\xff]?(?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})((?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?)")


class Violation(Exception):
    """What was received is no HTTP/1 message."""


@dataclass
class Message:
    fields: list  # (name, value) as they came, text in latin-1
    body: bytes = b""
    minor: int = 1
    trailers: list = field(default_factory=list)
    whole: bool = True  # its end was seen
    raw: bytes = b""

    def all(self, name):
        return [value for each, value in self.fields if each.lower() == name.lower()]

    def get(self, name):
        return next(iter(self.all(name)), None)


@dataclass
class Request(Message):
    method: str = ""
    target: str = ""

    def shape(self):
        """What two deliveries of the same bytes must agree on: everything but the ids and the time that are made for each."""
        made = ("x-request-id", "seldon-puid", "traceparent", "x-request-timeout")
        return (self.method, self.target, [pair for pair in self.fields if pair[0].lower() not in made], self.body)


@dataclass
class Response(Message):
    status: int = 0

    @property
    def is_final(self):
        """Nothing more answers the same request; after a 101 nothing is HTTP at all."""
        return self.status >= 200 or self.status == 101

    def shape(self):
        varies = ("x-request-id", "seldon-puid", "date")
        body = re.sub(rb'("requestId":")[^"]*', rb"\1", self.body)
        return (self.status, [pair for pair in self.fields if pair[0].lower() not in varies and pair[0].lower() != "content-length"], body)


def read_head(buffer):
    """(lines, rest) of a whole head, or None when it has not come yet."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = buffer[:end].split(b"\r\n")
    for line in lines:
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise Violation(f"a control character in {line[:80]!r}")
    return lines, buffer[end + 4:]


def read_fields(lines):
    fields = []
    for line in lines:
        found = FIELD.fullmatch(line)
        if not found:
            raise Violation(f"{line[:80]!r} is no field line")
        fields.append((found[1].decode("latin-1"), found[2].decode("latin-1")))
    return fields


def read_chunked(rest):
    """(body, trailers, rest) or None when more has to come."""
    body = b""
    while True:
        end = rest.find(b"\r\n")
        if end < 0:
            return None
        found = CHUNK_LINE.fullmatch(rest[:end])
        if not found:
            raise Violation(f"{rest[:min(end, 80)]!r} is no chunk size")
        size, rest = int(found[1], 16), rest[end + 2:]
        if size == 0:
            break
        if len(rest) < size + 2:
            return None
        if rest[size:size + 2] != b"\r\n":
            raise Violation("a chunk is not ended by CRLF")
        body, rest = body + rest[:size], rest[size + 2:]
    if rest.startswith(b"\r\n"):
        return body, [], rest[2:]
    end = rest.find(b"\r\n\r\n")
    if end < 0:
        return None
    return body, read_fields(rest[:end].split(b"\r\n")), rest[end + 4:]


def framing_of(fields):
    """("chunked", 0), ("sized", n) or ("none", 0)."""
    codings = [value for name, value in fields if name.lower() == "transfer-encoding"]
    lengths = [value for name, value in fields if name.lower() == "content-length"]
    if codings and lengths:
        raise Violation("both Transfer-Encoding and Content-Length")
    if codings:
        if [each.lower() for each in codings] != ["chunked"]:
            raise Violation(f"Transfer-Encoding {codings}")
        return "chunked", 0
    if lengths:
        if len(lengths) != 1 or not re.fullmatch("[0-9]{1,20}", lengths[0]):
            raise Violation(f"Content-Length {lengths}")
        return "sized", int(lengths[0])
    return "none", 0


def read_request_head(buffer):
    """(request without its body, rest) or None."""
    head = read_head(buffer)
    if head is None:
        return None
    lines, rest = head
    line = REQUEST_LINE.fullmatch(lines[0])
    if not line:
        raise Violation(f"{lines[0][:80]!r} is no request line")
    request = Request(read_fields(lines[1:]), minor=int(line[3]), method=line[1].decode(), target=line[2].decode())
    if request.minor == 1 and len(request.all("Host")) != 1:
        raise Violation(f"{len(request.all('Host'))} Host fields")
    return request, rest


def read_request(buffer):
    """(request, rest) of one complete request, or None when more has to come."""
    head = read_request_head(buffer)
    if head is None:
        return None
    request, rest = head
    kind, size = framing_of(request.fields)
    if kind == "chunked":
        found = read_chunked(rest)
        if found is None:
            return None
        request.body, request.trailers, rest = found
    elif kind == "sized":
        if len(rest) < size:
            return None
        request.body, rest = rest[:size], rest[size:]
    request.raw = buffer[:len(buffer) - len(rest)]
    return request, rest


def read_responses(buffer, methods, closed):
    """Every response in what a client got, informational ones included; one that is cut short is not `whole`.

    `methods`: of the requests, in order; the last one stands for all that follow.
    """
    responses, answered = [], 0
    while buffer:
        head = read_head(buffer)
        if head is None:
            break
        lines, rest = head
        line = STATUS_LINE.fullmatch(lines[0]) or STATUS_LINE.fullmatch(lines[0] + b" ")
        if not line:
            raise Violation(f"{lines[0][:80]!r} is no status line")
        response = Response(read_fields(lines[1:]), minor=int(line[1]), status=int(line[2]))
        if response.status == 101:  # nothing after it is HTTP
            response.body = rest
            responses.append(response)
            return responses, b""
        if response.status < 200:
            responses.append(response)
            buffer = rest
            continue
        method = methods[min(answered, len(methods) - 1)]
        answered += 1
        bodyless = method == "HEAD" or response.status in (204, 304)
        kind, size = ("none", 0) if bodyless else framing_of(response.fields)
        if kind == "chunked":
            found = read_chunked(rest)
            if found is None:
                response.whole = False
                response.body, rest = rest, b""
            else:
                response.body, response.trailers, rest = found
        elif kind == "sized":
            response.whole = len(rest) >= size
            response.body, rest = rest[:size], rest[size:]
        elif not bodyless:
            response.body, rest = rest, b""
            response.whole = closed
        responses.append(response)
        buffer = rest
        if not response.whole:
            break
    return responses, buffer
