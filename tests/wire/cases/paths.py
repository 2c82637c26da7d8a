"""Paths are routed, authorised and forwarded in one form. RFC 3986 sections 3.3, 6.2.2; RFC 9110 section 4.2.3."""
import re

from case import Case, Expectation, forward, target

PREDICTIONS = "/api/v1.0/predictions"


def decoded(path):
    """Every way in which one or two decoders could read it, in one text."""
    forms = [path.split("?")[0]]
    for _ in range(4):
        last = re.sub(r"%([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), forms[-1])
        forms.append(last)
    # A dot and a slash in more bytes than they need, as careless decoders still read them.
    forms += [re.sub("\xc0\xae|\xe0\x80\xae", ".", re.sub("\xc0\xaf", "/", each)) for each in forms]
    forms += [re.sub(r";[^/]*", "", each.replace("\\", "/")) for each in forms]
    return forms


def no_way_in(seen):
    if seen.private:
        return f"the private replica was asked for {seen.private[0].target}"
    for request in seen.requests:
        for form in decoded(request.target):
            segments = form.split("/")
            if ".." in segments or "." in segments or any(ord(each) < 0x20 for each in form) or "/deployment/priv" in form:
                return f"forwarded as {request.target}, which can be read as {form!r}"
    return None


GUARDED = Expectation(True, True, 1, (), (400, 401, 404), (no_way_in,))


def cases():
    paths = {
        "PA01": "/deployment/pub§n/../priv§n" + PREDICTIONS, "PA02": "/deployment/%70riv§n" + PREDICTIONS, "PA03": "//deployment/priv§n" + PREDICTIONS, "PA04": "/deployment//priv§n" + PREDICTIONS,
        "PA05": "/deployment/pub§n/%2e%2e/priv§n" + PREDICTIONS, "PA05b": "/deployment/pub§n/%2E%2E/priv§n" + PREDICTIONS, "PA05c": "/deployment/pub§n/.%2e/priv§n" + PREDICTIONS,
        "PA06": "/deployment/pub§n%2f..%2fpriv§n" + PREDICTIONS, "PA06b": "/deployment/pub§n/..%2fpriv§n" + PREDICTIONS, "PA06c": "/deployment/priv§n%2fapi%2fv1.0%2fpredictions", "PA06d": "/deployment%2fpriv§n" + PREDICTIONS,
        "PA07": "/deployment/pub§n/%2e%2e%2fpriv§n" + PREDICTIONS, "PA08": "/deployment/./priv§n" + PREDICTIONS, "PA08b": "/./deployment/priv§n" + PREDICTIONS, "PA08c": "/deployment/%2e/priv§n" + PREDICTIONS,
        "PA09": "/DEPLOYMENT/priv§n" + PREDICTIONS, "PA10": "/deployment/PRIV§n" + PREDICTIONS, "PA10b": "/deployment/Priv§n" + PREDICTIONS,
        "PA11": "/deployment/pub§n/..;/priv§n" + PREDICTIONS, "PA11b": "/deployment/pub§n/..;a=b/priv§n" + PREDICTIONS, "PA11c": "/deployment/pub§n;/../priv§n" + PREDICTIONS, "PA11d": "/deployment/priv§n;x" + PREDICTIONS,
        "PA11e": "/deployment/pub§n/%2e%2e%3b/priv§n" + PREDICTIONS, "PA11f": "/deployment/pub§n/.;/../priv§n" + PREDICTIONS,
        "PA12": "/deployment/pub§n\\..\\priv§n" + PREDICTIONS, "PA12b": "/deployment/pub§n/..\\priv§n" + PREDICTIONS, "PA12c": "/deployment/pub§n%5c..%5cpriv§n" + PREDICTIONS, "PA12d": "\\deployment\\priv§n" + PREDICTIONS,
        "PA13": "/deployment/priv§n%00" + PREDICTIONS, "PA13b": "/deployment/pub§n%00/../priv§n" + PREDICTIONS, "PA13c": "/deployment/pub§n/a%00b", "PA14": "/deployment/priv§n%0d%0aX:y/api",
        "PA14b": "/deployment/pub§n/a%0d%0aX-Injected:%201", "PA14c": "/deployment/pub§n/a%0ab", "PA14d": "/deployment/pub§n/%09", "PA14e": "/deployment/pub§n/%7f",
        "PA15": "/deployment/priv§n%20" + PREDICTIONS, "PA15b": "/deployment/priv§n." + PREDICTIONS, "PA15c": "/deployment/priv§n%2e" + PREDICTIONS, "PA15d": "/deployment/%20priv§n" + PREDICTIONS,
        "PA16": "/deployment/pub§n/%zz", "PA16b": "/deployment/pub§n/%", "PA16c": "/deployment/pub§n/%2", "PA16d": "/deployment/pub§n/%u002e%u002e/priv§n", "PA16e": "/deployment/pub§n/%%32%65%%32%65/priv§n",
        "PA17": "/deployment/pub§n/%252e%252e/priv§n" + PREDICTIONS, "PA17b": "/deployment/pub§n/%25252e%25252e/priv§n" + PREDICTIONS, "PA17c": "/deployment/pub§n/..%252fpriv§n" + PREDICTIONS,
        "PA17d": "/deployment/pub§n/%252e%252e%252fpriv§n", "PA17e": "/deployment/pub§n/%255c..%255cpriv§n", "PA17f": "/deployment/%2570riv§n" + PREDICTIONS,
        "PA18": "/deployment/pub§n/api/../../../../etc/passwd", "PA18b": "/../../etc/passwd", "PA18c": "/deployment/pub§n/..", "PA18d": "/deployment/pub§n/../", "PA18e": "/deployment/..", "PA18f": "/deployment/pub§n/.",
        "PA19": "/deployment/pub§n/%c0%ae%c0%ae/priv§n/", "PA19b": "/deployment/pub§n/%e0%80%ae%e0%80%ae/priv§n/", "PA19c": "/deployment/pub§n/%c0%af..%c0%afpriv§n", "PA19d": "/deployment/pub§n/%ef%bc%8e%ef%bc%8e/priv§n",
        "PA20": "/deployment/pub§n//../priv§n" + PREDICTIONS, "PA20b": "/deployment/pub§n/a//b", "PA20c": "/deployment/pub§n//", "PA21": "/deployment/pub§n/.../priv§n" + "/x",
        "PA22": "/deployment/pub§n@priv§n/x", "PA22b": "/deployment/priv§n?/../pub§n" + PREDICTIONS, "PA22c": "/deployment/priv§n#/../pub§n" + PREDICTIONS,
        "PA23": "http://gw.test/deployment/pub§n/../priv§n" + PREDICTIONS, "PA23b": "http://gw.test//deployment/priv§n" + PREDICTIONS,
    }
    for name, path in paths.items():
        yield Case(name, f"GET {path} HTTP/1.1⏎§H⏎⏎", GUARDED)
    for name, (path, forwarded) in {
        "PA30": ("/deployment/pub§n/a%7Eb", "/a~b"), "PA30b": ("/deployment/pub§n/%61%62c", "/abc"), "PA30c": ("/deployment/pub§n/a%20b", "/a%20b"), "PA30d": ("/deployment/pub§n/%c3%a9", "/%C3%A9"),
        "PA30e": ("/deployment/pub§n/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="), "PA30f": ("/deployment/pub§n/...", "/..."), "PA30g": ("/deployment/pub§n/a..b/.c/d.", "/a..b/.c/d."), "PA30h": ("/deployment/pub§n/a/", "/a/"),
        "PA30i": ("/deployment/%70ub§n/x", "/x"), "PA30j": ("/deployment/pub§n", "/"), "PA30k": ("/deployment/pub§n/", "/"), "PA30l": ("/deployment/pub§n/x?../../priv", "/x?../../priv"),
        "PA30m": ("/deployment/pub§n/v1/models/m:predict", "/v1/models/m:predict"), "PA30n": ("/deployment/pub§n/x?a=%2e%2e%2f%00", "/x?a=%2e%2e%2f%00"),
    }.items():
        yield Case(name, f"GET {path} HTTP/1.1⏎§H⏎⏎", forward(target(forwarded)), why="one form is routed and forwarded")
    for name, path in {"PA31": "/deployment/none§n/x", "PA31b": "/", "PA31c": "/deployment", "PA31d": "/deployment/", "PA31e": "/other", "PA31f": "/deployment/pub§n/metrics", "PA31g": "/deployment/pub§n/prometheus",
                       "PA31h": "/deployment/pub§n/%6detrics", "PA31i": "/deployment/pub§n/metrics/x", "PA31j": "/deployment/pub§n/metrics?x", "PA31k": "/deploymentpub§n/x"}.items():
        yield Case(name, f"GET {path} HTTP/1.1⏎§H⏎⏎", Expectation(True, False, 0, (), (404,), ()), why="no such route; a replica's metrics are no route")
