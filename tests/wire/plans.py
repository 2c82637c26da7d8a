"""Random requests and answers, with what has to become of them: the plans of the oracle's run.

A plan is made from a seed alone, so that a session which went wrong can be made again. Texts are bytes from the start.
"""
import base64
import re
import string
from dataclasses import dataclass, field

LETTERS = (string.ascii_letters + string.digits).encode()
TOKEN = LETTERS + b"!#$%&'*+-.^_`|~"
UNRESERVED = LETTERS + b"-._~"
# What the gateway sets itself or what concerns one connection only: none of these goes through, whoever says it.
HOP_BY_HOP = (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
SET_IN_REQUESTS = (b"authorization", b"content-length", b"expect", b"forwarded", b"host", b"seldon-puid", b"traceparent", b"tracestate", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto",
                   b"x-forwarded-user", b"x-request-id", b"x-request-timeout")
SET_IN_ANSWERS = (b"content-length", b"seldon-puid", b"x-request-id", b"date")
ALIASES = (b"X_Forwarded_User", b"x.forwarded.user", b"X-Forwarded_User", b"X_Request-Id", b"Content_Length", b"Transfer.Encoding", b"x_forwarded_for", b"Proxy_Connection", b"X_Request_Timeout")
MANAGED = (b"X-Forwarded-User", b"X-Forwarded-For", b"Forwarded", b"X-Forwarded-Host", b"x-forwarded-proto", b"Seldon-Puid")
SPECIAL = (b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b" ", b"\t", b":", b";", b"/", b"%", b"%2e", b"..", b",", b"\x7f", b"\xff", b"chunked", b"HTTP/1.1", b"0")
SMUGGLED = b"GET /deployment/%s/poison HTTP/1.1\r\nHost: gw.test\r\nX-Case: poison\r\n\r\n"
POISON = b"HTTP/1.1 200 OK\r\nX-Case: poison\r\nContent-Length: 6\r\n\r\npoison"


def fold(name):
    return name.lower().replace(b"_", b"-").replace(b".", b"-")


@dataclass
class Answer:
    """What a replica does with one request."""
    raw: bytes
    status: int = 200
    fields: list = field(default_factory=list)  # that go through
    body: bytes = b""
    closes: bool = False
    kind: str = "tame"  # or what is wrong with it
    early: bool = False  # on the head, without the body
    resets: bool = False
    delay: float = 0.0
    lingers: float = 0.0  # before it closes
    unframed: bool = False  # only the close ends its body


@dataclass
class Request:
    number: str
    raw: bytes
    method: bytes
    minor: int
    target: bytes  # as the replica gets it
    fields: list  # that go through
    body: bytes
    answer: Answer
    user: bytes | None = None  # who the replica is told it is
    refused: bool = False  # for want of a right token
    spoiled: bool = False
    ends: bool = False  # the connection ends after it


@dataclass
class Session:
    requests: list
    pieces: list  # of all that is sent
    leaves: str = ""  # "", "close", "reset" or "half": before everything is sent

    @property
    def sound(self):
        """How many requests come before one that is spoiled."""
        return next((index for index, each in enumerate(self.requests) if each.spoiled), len(self.requests))


def is_passed(name, value, fields, always):
    """Whether a field goes through, by the rules and not by the gateway's code."""
    named = {each.strip().lower() for other, text in fields if other.lower() == b"connection" for each in text.split(b",")}
    return name.lower() not in HOP_BY_HOP + always and name.lower() not in named and not (set(name) & set(b"_.") and fold(name) in HOP_BY_HOP + SET_IN_REQUESTS)


class Planner:
    def __init__(self, chance, lane, number, wild):
        self.chance, self.lane, self.number, self.wild = chance, lane, number, wild

    def bytes_of(self, alphabet, least, most):
        return bytes(self.chance.choices(alphabet, k=self.chance.randint(least, most)))

    def often(self, share):
        return self.chance.random() < share

    def value(self):
        words = [self.bytes_of(bytes(range(0x21, 0x7f)) + bytes(range(0x80, 0x100)), 1, 12) for _ in range(self.chance.randint(0, 3))]
        return self.chance.choice((b" ", b"\t", b", ")).join(words)

    def fields(self):
        """Fields of either side; some repeat, some belong to this connection only."""
        found = [(b"X" + self.bytes_of(TOKEN.replace(b"_", b"").replace(b".", b""), 1, 12), self.value()) for _ in range(self.chance.randint(0, 6))]
        if found and self.often(0.3):
            found.append((found[0][0], self.value()))
        if self.often(0.2):
            named = self.chance.choice((b"X-Hop", b"X-Hop, Xa", b"X-Forwarded-User", b"Content-Length", b"Via, X-Hop"))
            found += [(b"Connection", named), (b"x-hop", self.value()), (b"Xa", b"1")]
        if self.often(0.2):
            found.append((self.chance.choice((b"Keep-Alive", b"Proxy-Connection", b"TE", b"Trailer", b"Upgrade", b"Proxy-Authorization")), b"x"))
        if self.often(0.2):
            found.append((b"Via", b"1.0 before"))
        self.chance.shuffle(found)
        return found

    def lines(self, fields):
        lines = b""
        for name, value in fields:
            lines += name + b":" + self.chance.choice((b" ", b"", b"\t", b"   ")) + value + self.chance.choice((b"", b"", b" ", b"\t ")) + b"\r\n"
        return lines

    def target(self, deployment, number):
        """(as it is sent, as it must arrive)"""
        sent = arrives = b""
        for segment in [b"c" + number.encode()] + [None] * self.chance.randint(0, 4):
            sent, arrives = sent + b"/", arrives + b"/"
            for byte in segment or b"s" + self.bytes_of(UNRESERVED + b"!$&'()*+,=:@ \"<>^`{|}\x80\xff", 0, 8):
                if byte >= 0x80:
                    # Two bytes of UTF-8, in either case.
                    escape = b"".join(b"%%%02X" % each for each in chr(byte).encode())
                    sent, arrives = sent + (escape.lower() if self.often(0.5) else escape), arrives + escape
                elif byte in UNRESERVED:
                    sent, arrives = sent + (b"%%%02x" % byte if self.often(0.1) else bytes([byte])), arrives + bytes([byte])
                elif byte in b"!$&'()*+,=:@" and self.often(0.8):
                    sent, arrives = sent + bytes([byte]), arrives + bytes([byte])
                else:
                    sent, arrives = sent + b"%%%02x" % byte, arrives + b"%%%02X" % byte
        if self.often(0.3):
            query = b"?" + self.bytes_of(UNRESERVED + b"/?:@!$&'()*+,;=", 0, 20) + self.chance.choice((b"", b"%2e%2E", b"%00"))
            sent, arrives = sent + query, arrives + query
        prefix = b"/deployment/" + deployment
        if self.often(0.1):
            prefix = b"http://gw.test" + prefix
        return prefix + sent, arrives

    def chunked(self, body):
        coded, rest = b"", body
        while rest:
            size = self.chance.randint(1, len(rest))
            extension = self.chance.choice((b"", b"", b"", b";a=b", b";x", b" ;q=\"1\""))
            coded += self.chance.choice((b"%x", b"%X", b"0%x")) % size + extension + b"\r\n" + rest[:size] + b"\r\n"
            rest = rest[size:]
        return coded + b"0\r\n" + self.chance.choice((b"", b"", b"X-Trailer: 1\r\nContent-Length: 3\r\n")) + b"\r\n"

    def body(self, plain, deployment=b""):
        if not plain and deployment and self.often(0.3):
            return (SMUGGLED % deployment) * self.chance.randint(1, 2)
        size = self.chance.choice((0, 1, 10, 100, 1000, 20_000 if self.often(0.3) else 50))
        return self.bytes_of(LETTERS, size, size)

    def answer(self, number, method):
        planned = self.tame_answer(number, method)
        return self.make_wild(planned, number) if self.wild and self.often(0.6) else planned

    def tame_answer(self, number, method):
        status = self.chance.choice((200,) * 5 + (201, 204, 304, 400, 404, 500, 503))
        fields = [(b"X-Case", number.encode())] + [each for each in self.fields()]
        body = b"" if status in (204, 304) else self.body(True)
        raw, early = b"", 0
        while self.often(0.15) and early < 3:
            early += 1
            raw += b"HTTP/1.1 " + self.chance.choice((b"103 Early Hints\r\nLink: </a>", b"102 Processing", b"100 Continue\r\nX-Early: 1")) + b"\r\n\r\n"
        framing = self.chance.choice(("sized", "chunked", "close"))
        closes = framing == "close" or self.often(0.1)
        version = b"HTTP/1.0" if closes and framing != "chunked" and self.often(0.3) else b"HTTP/1.1"
        head = version + b" %d" % status + self.chance.choice((b" OK", b" Some Words", b" ", b"")) + b"\r\n"
        framed = body
        extra = [(b"Connection", b"close")] if closes and version == b"HTTP/1.1" else []
        if status not in (204, 304):
            if framing == "sized":
                extra.append((b"Content-Length", b"%d" % len(body)))
            elif framing == "chunked":
                extra.append((b"Transfer-Encoding", b"chunked"))
                framed = self.chunked(body)
        if method == b"HEAD":
            framed = b""
        every = fields + extra
        raw += head + self.lines(every) + b"\r\n" + framed
        passed = [(name, value) for name, value in every if is_passed(name, value, every, SET_IN_ANSWERS)]
        return Answer(raw, status, passed, b"" if method == b"HEAD" else body, closes, delay=self.chance.choice((0, 0, 0, 0.005)),
                      unframed=framing == "close" and method != b"HEAD" and status not in (204, 304))

    def make_wild(self, planned, number):
        kind = self.chance.choice(("mutated", "mutated", "mutated", "garbage", "silent close", "cut", "reset", "surplus", "sneaky close", "early", "early close", "switch", "stall"))
        planned.kind = kind
        if kind == "mutated":
            planned.raw = self.mutate(planned.raw)
            planned.closes, planned.lingers = True, self.chance.choice((0, 0.1))
        elif kind == "garbage":
            planned.raw, planned.closes = self.bytes_of(bytes(range(256)), 0, 200), True
        elif kind == "silent close":
            planned.raw, planned.closes = b"", True
        elif kind in ("cut", "reset"):
            planned.raw, planned.closes = planned.raw[:self.chance.randint(0, len(planned.raw) - 1)], True
            planned.resets = kind == "reset"
        elif kind == "surplus":
            more = self.chance.choice((POISON, b"\r\n", b"x" * 10))
            planned.raw += more
            if planned.unframed:
                planned.body += more
        elif kind == "sneaky close":
            planned.closes = True
        elif kind in ("early", "early close"):
            planned.early, planned.closes = True, kind == "early close"
        elif kind == "switch":
            planned.raw = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + POISON
        elif kind == "stall" and self.often(0.05):
            planned.raw, planned.closes = planned.raw[:len(planned.raw) // 2], False  # and then nothing more
        return planned

    def mutate(self, raw, within=None):
        """One to three small changes; `within`: in that many first bytes, where a body must stay what it is."""
        for _ in range(self.chance.randint(1, 3)):
            end = len(raw) if within is None else min(within, len(raw))
            at = self.chance.randrange(end)
            how = self.chance.randrange(6)
            if how == 0:
                raw = raw[:at] + self.bytes_of(bytes(range(256)), 1, 1) + raw[at + 1:]
            elif how == 1:
                raw = raw[:at] + self.chance.choice(SPECIAL) + raw[at:]
            elif how == 2:
                raw = raw[:at] + self.chance.choice(SPECIAL) + raw[at + 1:]
            elif how == 3:
                raw = raw[:at] + raw[at + self.chance.randint(1, 4):]
            else:
                lines = raw[:end].split(b"\r\n")
                index = self.chance.randrange(len(lines))
                if how == 4:
                    lines.insert(self.chance.randrange(len(lines)), lines[index])
                else:
                    lines[index] = self.chance.choice((
                        b"Content-Length: %d" % self.chance.randint(0, 9), b"Transfer-Encoding: chunked", b"Transfer-Encoding:\x0bchunked", b"Content-Length : 3", b"Host: other",
                        b"Host: a, b", b"X_Forwarded_User: mallory", b" folded", b"Expect: 100-continue", b"Connection: host", lines[index].upper(), lines[index].replace(b":", b" :")))
                raw = b"\r\n".join(lines) + raw[end:]
            if not raw:
                return b"\r\n"
        return raw

    def request(self, number, last, plain, spoiled, mutated):
        """`spoiled`: this one or one before it on its connection is mutated, so that nobody can say what becomes of it."""
        private = self.often(0.5)
        deployment = (b"priv" if private else b"pub") + self.lane.number.encode()
        method = self.chance.choice((b"GET", b"GET", b"POST", b"POST", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS"))
        if spoiled and method == b"HEAD":
            method = b"GET"  # who cannot read a request does not know that its answer must have no body
        minor = 0 if last and self.often(0.15) else 1
        sent, arrives = self.target(deployment, number)
        fields = [(b"Host", b"gw.test"), (b"X-Case", number.encode())] + self.fields()
        user, refused = None, False
        if private:
            refused = self.often(0.1)
            token = self.lane.token.encode() if not refused else self.lane.other.token.encode()
            credential = b"Bearer " + token if self.often(0.3) else b"Basic " + base64.b64encode(b"alice:" + token)
            fields.append((b"Authorization", credential))
            user = None if refused else b"alice"
        if self.often(0.2):
            fields.append((self.chance.choice(ALIASES), b"mallory"))
        if self.often(0.2):
            fields.append((self.chance.choice(MANAGED), b"mallory"))
        body, framed = b"", b""
        if method in (b"POST", b"PUT", b"PATCH", b"DELETE"):
            body = self.body(plain, deployment)
            if minor == 1 and self.often(0.5):
                fields.append((b"Transfer-Encoding", self.chance.choice((b"chunked", b"Chunked"))))
                framed = self.chunked(body)
            else:
                fields.append((b"Content-Length", b"%d" % len(body)))
                framed = body
            if minor == 1 and self.often(0.1):
                fields.append((b"Expect", b"100-continue"))
        ends = minor == 0 or (last and self.often(0.2))
        if ends and minor == 1:
            fields.append((b"Connection", b"close"))
        self.chance.shuffle(fields)
        head = method + b" " + sent + b" HTTP/1.%d\r\n" % minor + self.lines(fields) + b"\r\n"
        raw = head + framed
        if mutated:
            raw = self.mutate(raw, None if framed != body else len(head))
        passed = [(name, value) for name, value in fields if is_passed(name, value, fields, SET_IN_REQUESTS)]
        return Request(number, raw, method, minor, arrives, passed, body, self.answer(number, method), user, refused, spoiled, ends)

    def session(self):
        count = self.chance.choice((1, 1, 2, 3, 4))
        spoiled = self.chance.randrange(count) if self.often(0.4) else None
        requests = [self.request(f"{self.number}-{each}", each == count - 1, spoiled is not None, spoiled is not None and each >= spoiled, each == spoiled)
                    for each in range(count)]
        data = b"".join(each.raw for each in requests)
        leaves = self.chance.choice(("close", "reset", "half")) if self.often(0.1) else ""
        if leaves:
            data = data[:self.chance.randint(0, len(data))]
        pieces = [data]
        if self.often(0.5) and len(data) > 2:
            cuts = sorted({0, len(data), *(self.chance.randrange(len(data)) for _ in range(self.chance.randint(1, 8)))})
            pieces = [data[start:end] for start, end in zip(cuts, cuts[1:])]
        return Session(requests, pieces, leaves)


def number_of(fields):
    """The number of the request that these fields, or an answer's, belong to."""
    return next((value.decode("latin-1") for name, value in fields if name.lower() == b"x-case" and re.fullmatch(rb"[\w-]+", value)), None)
