"""Whether what came of a case is what had to come."""

import json

# The contract's reasons, by status.
REASONS = {400: "BAD_REQUEST", 401: "AUTH_REQUIRED AUTH_FAILED", 404: "DEPLOYMENT_NOT_FOUND ROUTE_NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 408: "REQUEST_TIMEOUT", 413: "BODY_TOO_LARGE",
           414: "TARGET_TOO_LONG", 417: "EXPECTATION_FAILED", 431: "HEAD_TOO_LARGE", 501: "NOT_IMPLEMENTED", 502: "UPSTREAM_CONNECT UPSTREAM_RESET UPSTREAM_INVALID",
           503: "NO_READY_REPLICA QUEUE_FULL QUEUE_TIMEOUT OVERLOADED", 504: "UPSTREAM_TIMEOUT", 505: "VERSION_NOT_SUPPORTED"}

HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "proxy-authorization", "proxy-authenticate", "expect")


def refusal_of(case, seen, strict):
    """What is wrong with it as a refusal; None when it is one."""
    if seen.requests:
        return f"{len(seen.requests)} request(s) reached a replica: {seen.requests[0].raw[:160]!r}"
    final = [each.status for each in seen.responses if each.status >= 200]
    if not final:
        return None if seen.closed else "neither an answer nor a close"
    if not (400 <= final[0] < 500 or final[0] in (501, 505)):
        return f"the status is {final[0]}, no refusal"
    if strict and case.expect.refusal and final[0] not in case.expect.refusal:
        return f"the status is {final[0]}, the contract says {' or '.join(map(str, case.expect.refusal))}"
    return None


def delivery_of(case, seen):
    """What is wrong with it as a delivery; None when it is one."""
    if case.expect.requests is not None and len(seen.requests) != case.expect.requests:
        shown = [each.raw[:120] for each in seen.requests]
        return f"{len(seen.requests)} request(s) reached a replica, not {case.expect.requests}: {shown}"
    final = tuple(each.status for each in seen.responses if each.status >= 200)
    if case.expect.statuses and final != case.expect.statuses:
        return f"the answers are {final}, not {case.expect.statuses}"
    return None


def form_of(seen, lane, upgrades=False):
    """What modelgate forwards has one form, whatever came; so has a request for WebSocket."""
    for request in seen.requests:
        fields = list(request.fields)
        if upgrades:
            asked = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
            if any(fields.count(each) != 1 for each in asked):
                return f"{request.raw!r} asks for no WebSocket"
            fields = [each for each in fields if each not in asked]
        names = [name.lower() for name, _ in fields]
        if request.minor != 1 or not request.target.startswith("/"):
            return f"forwarded as {request.raw[:80]!r}"
        for name in HOP_BY_HOP:
            if name in names:
                return f"{name} reached the replica"
        if "authorization" in names:
            return "Authorization reached the replica"
        for name in ("host", "x-request-id", "x-request-timeout", "x-forwarded-for", "x-forwarded-proto", "forwarded"):
            if names.count(name) != 1:
                return f"{names.count(name)} fields {name} reached the replica"
        if request.all("X-Forwarded-For") != ["127.0.0.1"] or request.all("Via")[-1:] != ["1.1 modelgate"]:
            return f"X-Forwarded-For {request.all('X-Forwarded-For')}, Via {request.all('Via')}"
        if request.get("X-Forwarded-Proto") != seen.scheme:
            return f"X-Forwarded-Proto is {request.get('X-Forwarded-Proto')}"
        if request.get("Host") not in (f"127.0.0.1:{lane.pub.port}", f"127.0.0.1:{lane.priv.port}"):
            return f"Host is {request.get('Host')}"
        if request.trailers:
            return f"trailers reached the replica: {request.trailers}"
    for request in seen.private:
        if request.all("X-Forwarded-User") != ["alice"]:
            return f"X-Forwarded-User is {request.all('X-Forwarded-User')}"
    public = [each for each in seen.requests if each not in seen.private]
    for request in public:
        if request.all("X-Forwarded-User"):
            return f"X-Forwarded-User {request.all('X-Forwarded-User')} at a public deployment"
    for response in seen.responses:
        if response.status >= 200 and not response.all("X-Request-Id"):
            return "an answer without X-Request-Id"
    return form_of_refusals(seen)


def form_of_refusals(seen):
    """What modelgate says itself has Seldon's shape, a reason and the request's id."""
    for response in seen.responses:
        if response.status < 400 or seen.requests or not response.body:
            continue
        try:
            said = json.loads(response.body)
            code, reason, identifier = said["status"]["code"], said["status"]["reason"], said["meta"]["requestId"]
        except (ValueError, KeyError, TypeError):
            return None if response.get("Via") is None or response.get("Content-Type") is None else f"a refusal that says {response.body[:120]!r}"
        if code != response.status or reason not in REASONS.get(code, "").split() or identifier != response.get("X-Request-Id"):
            return f"{response.status} with {response.body[:160]!r}"
    return None


def judge(case, seen, lane, strict):
    """None, or what is wrong. `strict`: held to modelgate's contract besides."""
    refused = refusal_of(case, seen, strict) if case.expect.may_refuse else "it must be forwarded"
    delivered = delivery_of(case, seen) if case.expect.may_forward else "it must be refused"
    if refused and delivered:
        return refused if case.expect.may_refuse else delivered
    if seen.violations:
        return f"no HTTP: {seen.violations[0]}"
    if strict:
        if problem := form_of(seen, lane, case.upgrades):
            return problem
    if not refused and case.expect.may_forward:
        return None  # refused where it might have been forwarded: the checks are about that
    return next((problem for check in case.expect.checks if (problem := check(seen))), None)
