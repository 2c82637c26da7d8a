"""What a case is: bytes that a client sends, bytes that a replica answers, and what must come of it.

Texts stand for bytes one to one (latin-1), but for these marks:
⏎ CRLF   §P a public deployment's path   §V a private one's   §W that of a public one that allows WebSocket   §H a Host field
§n the lane's number in all their ids
§GOOD base64 of the right name and token   §TOKEN the token   §OTHER another deployment's token   §b64(...) base64 of what stands in the brackets
"""
import base64
import re
from dataclasses import dataclass

SUFFIX = "/api/v1.0/predictions"
OK = "HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎ok"


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Leave:
    """Closes, or resets, and then gives the others so long to notice."""
    reset: bool
    seconds: float


@dataclass(frozen=True)
class Until:
    """Goes on when the peer has sent this."""
    text: str


@dataclass(frozen=True)
class Drip:
    """One byte after the other with a pause between, as long as the peer takes them."""
    text: str
    seconds: float


class Close:
    pass


class Reset:
    pass


class HalfClose:
    pass


class Echo:
    """A replica speaks no HTTP any more: it sends back what comes, and closes when the other side has."""


@dataclass(frozen=True)
class Answer:
    """What a replica does with a request: texts and the actions above. `after`: "request" or "head"."""
    steps: tuple
    after: str = "request"
    reads: bool = True  # goes on reading once it answers


def answer(*steps, after="request", reads=True):
    return Answer(steps, after, reads)


@dataclass(frozen=True)
class Expectation:
    may_refuse: bool
    may_forward: bool
    requests: int | None = 1  # None: any number
    statuses: tuple = ()  # of the answers, when forwarded
    refusal: tuple = ()  # the statuses that modelgate's contract has for a refusal; others are held to the class only
    checks: tuple = ()


def reject(*refusal, checks=()):
    """4xx, 501, 505 or a close, and no complete request at any replica."""
    return Expectation(True, False, 0, (), refusal, tuple(checks))


def forward(*checks, requests=1, statuses=None):
    """Exactly so many requests at the replica, and so many answers to the client."""
    return Expectation(False, True, requests, tuple(statuses or [200] * requests), (), checks)


def either(*checks, refusal=()):
    """Refused, or forwarded as exactly one request."""
    return Expectation(True, True, 1, (200,), tuple(refusal), checks)


def judged(*checks, requests=1):
    """Whatever comes back, so many requests at the replica, and these checks."""
    return Expectation(False, True, requests, (), (), checks)


@dataclass(frozen=True)
class Case:
    id: str
    send: object  # a text, or a tuple of texts and actions
    expect: Expectation
    replica: tuple = ()  # an Answer for each request, the last one for all that follow; none: 200 ok
    methods: tuple = ("GET",)
    limit: float = 8.0  # seconds until the outcome must be there
    quiet: float = 0.08  # how long nothing must come before it counts as all
    why: str = ""
    own: bool = False  # about a number or a rule of modelgate's own; peers are not asked
    upgrades: bool = False  # what reaches the replica asks for WebSocket

    @property
    def steps(self):
        return self.send if isinstance(self.send, tuple) else (self.send,)

    @property
    def can_be_split(self):
        return isinstance(self.send, str) and len(self.send) <= 1500


@dataclass
class Lane:
    """Deployments of its own over two replicas: what arrives there belongs to the case that runs on it."""
    number: str
    token: str
    pub: object = None
    priv: object = None
    other: object = None  # another lane, whose token is none here

    def bytes_of(self, text):
        good = base64.b64encode(f"alice:{self.token}".encode()).decode()
        for mark, value in (("§P", f"/deployment/pub{self.number}{SUFFIX}"), ("§V", f"/deployment/priv{self.number}{SUFFIX}"), ("§W", f"/deployment/sock{self.number}{SUFFIX}"),
                            ("§H", "Host: gw.test"), ("§GOOD", good), ("§TOKEN", self.token), ("§OTHER", self.other.token if self.other else ""), ("§n", self.number), ("⏎", "\r\n")):
            text = text.replace(mark, value)
        text = re.sub(r"§b64\((.*?)\)", lambda found: base64.b64encode(found[1].encode("latin-1")).decode(), text, flags=re.S)
        return text.encode("latin-1")


# Checks: each answers what is wrong, or None.

def absent(*names):
    def check(seen):
        for request in seen.requests:
            for name in names:
                folded = name.lower().replace("_", "-").replace(".", "-")
                for each, value in request.fields:
                    if each.lower().replace("_", "-").replace(".", "-") == folded:
                        return f"{each}: {value} reached the replica"
        return None
    return check


def has(name, *values):
    def check(seen):
        for request in seen.requests:
            if tuple(request.all(name)) != values:
                return f"{name} at the replica is {request.all(name)}, not {list(values)}"
        return None
    return check


def body(text):
    def check(seen):
        got = [request.body for request in seen.requests]
        return None if all(each == text.encode("latin-1") for each in got) else f"the body at the replica is {got}"
    return check


def target(text):
    """The path as it is forwarded; what stands before it differs with the proxy's prefix."""
    def check(seen):
        got = [request.target for request in seen.requests]
        return None if all(each.endswith(text) for each in got) else f"the target at the replica is {got}"
    return check


def method(text):
    def check(seen):
        got = [request.method for request in seen.requests]
        return None if all(each == text for each in got) else f"the method at the replica is {got}"
    return check


def status(*wanted):
    """One of these, as the first final answer."""
    def check(seen):
        got = next((each.status for each in seen.responses if each.status >= 200), None)
        return None if got in wanted else f"the status is {got}, not {' or '.join(map(str, wanted))}"
    return check


def statuses(*wanted):
    """All answers, informational ones included."""
    def check(seen):
        got = tuple(each.status for each in seen.responses)
        return None if got == wanted else f"the answers are {got}, not {wanted}"
    return check


def client_lacks(*texts):
    def check(seen):
        for text in texts:
            if text.encode("latin-1").lower() in seen.received.lower():
                return f"{text!r} reached the client"
        return None
    return check


def client_has(name, value=None):
    def check(seen):
        final = [each for each in seen.responses if each.status >= 200]
        got = final[0].all(name) if final else []
        if value is None:
            return None if got else f"the client got no {name}"
        return None if got == [value] else f"the client got {name}: {got}, not {value!r}"
    return check


def client_body(*texts):
    def check(seen):
        got = [each.body.decode("latin-1") for each in seen.responses if each.status >= 200]
        return None if tuple(got) == texts else f"the client got the bodies {got}"
    return check


def tunnelled(text):
    """What came after the 101."""
    def check(seen):
        got = [each.body.decode("latin-1") for each in seen.responses if each.status == 101]
        return None if got == [text] else f"the client got {got} through the tunnel"
    return check


def closed(seen):
    return None if seen.closed else "the connection stays open"


def kept(seen):
    return "the connection was closed" if seen.closed else None


def truncated(seen):
    """The client can tell that something is missing: by framing, or by a reset where only a close could tell."""
    final = [each for each in seen.responses if each.status >= 200]
    if not final or final[0].status != 200:
        return None  # answered by the gateway
    framed = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in final[0].fields)
    if framed and final[0].whole:
        return "the client was given a whole answer"
    return None if seen.closed and (framed or seen.reset) else "the client cannot tell that the answer is cut"


def cut_within(seconds):
    def check(seen):
        if not seen.closed:
            return "the connection stays open"
        return None if seen.seconds <= seconds else f"the connection was cut after {seen.seconds:.1f} s"
    return check


def within(seconds):
    def check(seen):
        return None if seen.first_byte is not None and seen.first_byte <= seconds else f"the first byte came after {seen.first_byte} s"
    return check


def replica_left_within(seconds):
    def check(seen):
        return None if seen.replica_left is not None and seen.replica_left <= seconds else "the replica was not let go"
    return check
