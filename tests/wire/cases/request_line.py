"""Method, target and version. RFC 9112 sections 2.3, 3, 3.2; RFC 9110 section 9."""
from case import Case, client_lacks, either, forward, method, reject, target


def cases():
    rest = " HTTP/1.1⏎§H⏎⏎"
    lines = {"RL01": "GET §P⏎⏎", "RL01b": "GET⏎⏎", "RL01c": "§P HTTP/1.1⏎§H⏎⏎", "RL02": f"GET  §P{rest}", "RL02b": f"GET §P {rest}", "RL02c": "GET §P HTTP/1.1 ⏎§H⏎⏎",
             "RL03": "GET\t§P\tHTTP/1.1⏎§H⏎⏎", "RL03b": f"GET\x0b§P{rest}", "RL03c": f"GET\x0c§P{rest}", "RL03d": f"GET\r§P{rest}", "RL04": f"GET §P/a b{rest}",
             "RL04b": f"GET §P/a\tb{rest}", "RL04c": f"GET §P/a\x00b{rest}", "RL04d": f"GET §P/\x7f{rest}", "RL04e": f"GET §P/\xc3\xa9{rest}",
             "RL04f": f"GET §P?a=\x01{rest}", "RL07": "GET §P http/1.1⏎§H⏎⏎", "RL07b": "GET §P Http/1.1⏎§H⏎⏎", "RL08": "GET §P HTTP/1.1x⏎§H⏎⏎", "RL08b": "GET §P xHTTP/1.1⏎§H⏎⏎",
             "RL08c": "GET §P HTTP/1.⏎§H⏎⏎", "RL08d": "GET §P HTTP/.1⏎§H⏎⏎", "RL08e": "GET §P HTTP/1⏎§H⏎⏎", "RL08f": "GET §P HTTP1.1⏎§H⏎⏎", "RL08g": "GET §P HTTP/ 1.1⏎§H⏎⏎",
             "RL08h": "GET §P HTTP/1,1⏎§H⏎⏎", "RL08i": "GET §P HTTPS/1.1⏎§H⏎⏎", "RL08j": "GET §P ICY/1.1⏎§H⏎⏎", "RL09": "GET §P HTTP/1.10⏎§H⏎⏎", "RL09b": "GET §P HTTP/01.1⏎§H⏎⏎",
             "RL09c": "GET §P HTTP/1.01⏎§H⏎⏎", "RL09d": "GET §P HTTP/-1.1⏎§H⏎⏎"}
    for name, text in lines.items():
        yield Case(name, text, reject(400, 414))
    for name, version in {"RL10": "HTTP/2.0", "RL10b": "HTTP/0.9", "RL10c": "HTTP/3.0", "RL10d": "HTTP/9.9"}.items():
        yield Case(name, f"GET §P {version}⏎§H⏎⏎", reject(505, 400))
    yield Case("RL11", "GET §P HTTP/1.2⏎§H⏎⏎", either(refusal=[505]))
    yield Case("RL12", f"GET §P#x{rest}", either(refusal=[400]))
    yield Case("RL13", "GET http://gw.test§P HTTP/1.1⏎Host: evil.test⏎⏎", either(not_evil))
    yield Case("RL13b", "GET http://gw.test§P HTTP/1.1⏎Host: gw.test⏎⏎", forward(target("/api/v1.0/predictions")), why="absolute-form must be accepted")
    yield Case("RL13c", "GET HTTP://gw.test:80§P HTTP/1.1⏎Host: gw.test⏎⏎", forward(target("/api/v1.0/predictions")))
    for name, text in {"RL13d": "ftp://gw.test§P", "RL13e": "http://§P", "RL13f": "http:/gw.test§P", "RL13g": "http://a@gw.test§P", "RL13h": "http://a b§P", "RL13i": "http://gw.test:x§P",
                       "RL13j": "//gw.test§P", "RL14": "gw.test:80", "RL14b": "api/v1.0", "RL14c": "?x=1", "RL15": "*", "RL15b": "http://gw.test"}.items():
        yield Case(name, f"GET {text} HTTP/1.1⏎§H⏎⏎", reject(400, 404, 405))
    yield Case("RL15c", "OPTIONS * HTTP/1.1⏎§H⏎⏎", either(refusal=[400, 404]), methods=("OPTIONS",))
    yield Case("RL16", "CONNECT 127.0.0.1:22 HTTP/1.1⏎§H⏎⏎", reject(400, 405, 501), methods=("CONNECT",))
    yield Case("RL16b", f"CONNECT §P{rest}", reject(400, 405, 501), methods=("CONNECT",))
    yield Case("RL17", f"TRACE §P HTTP/1.1⏎§H⏎X-Probe: echo-me⏎⏎", reject(405, checks=[client_lacks("echo-me")]), methods=("TRACE",))
    yield Case("RL17b", "TRACE §P HTTP/1.1⏎§H⏎Max-Forwards: 0⏎X-Probe: echo-me⏎⏎", reject(405, checks=[client_lacks("echo-me")]), methods=("TRACE",))
    yield Case("RL18", "FOO §P HTTP/1.1⏎§H⏎Content-Length: 0⏎⏎", either(method("FOO"), refusal=[405, 501]), methods=("FOO",))
    yield Case("RL19", f"get §P{rest}", either(method("get"), refusal=[405, 501, 400]))
    for name, word in {"RL20": "GE\"T", "RL20b": "G(T", "RL20c": "G\x00T", "RL20d": "G\xc3\xa9T", "RL20e": "GET,", "RL20f": "G/T", "RL20g": "", "RL20h": "GET:", "RL20i": "G@T"}.items():
        yield Case(name, f"{word} §P{rest}", reject(400))
    for name, word in {"RL21": "GET", "RL21b": "POST", "RL21c": "PUT", "RL21d": "PATCH", "RL21e": "DELETE"}.items():
        yield Case(name, f"{word} §P HTTP/1.1⏎§H⏎Content-Length: 0⏎⏎", forward(method(word), target("/api/v1.0/predictions")), methods=(word,))
    yield Case("RL21f", f"HEAD §P{rest}", forward(method("HEAD")), methods=("HEAD",))
    yield Case("RL22", f"GET §P?a=1&b=%20%2F&c=x/y?z{rest}", forward(target("/predictions?a=1&b=%20%2F&c=x/y?z")))
    yield Case("RL22b", f"GET §P?{rest}", forward(target("/predictions?")))
    yield Case("RL22c", f"GET §P?a=%zz{rest}", either(refusal=[400]))
    yield Case("RL23", "GET §P HTTP/1.0⏎⏎", forward(), why="HTTP/1.0 needs no Host")


def not_evil(seen):
    """The target's authority is the host; the Host field beside it is worth nothing."""
    shown = [value for request in seen.requests for name, value in request.fields if "evil" in value]
    return f"{shown[0]} reached the replica" if shown else None
