"""Exactly one valid Host. RFC 9112 section 3.2; RFC 3986 section 3.2."""
from case import Case, forward, reject


def cases():
    yield Case("HO01", "GET §P HTTP/1.1⏎⏎", reject(400))
    yield Case("HO01b", "GET §P HTTP/1.1⏎X-Host: a⏎⏎", reject(400))
    yield Case("HO02", "GET §P HTTP/1.1⏎§H⏎Host: evil⏎⏎", reject(400))
    yield Case("HO02b", "GET §P HTTP/1.1⏎§H⏎§H⏎⏎", reject(400))
    yield Case("HO02c", "GET §P HTTP/1.1⏎§H⏎host: gw.test⏎⏎", reject(400))
    yield Case("HO02d", "GET §P HTTP/1.0⏎§H⏎Host: evil⏎⏎", reject(400))
    bad = {"HO03a": "a b", "HO03b": "a/b", "HO03c": "a?b", "HO03d": "a,b", "HO03e": "a@b", "HO03f": "a:b", "HO03g": "[::1", "HO03h": "a\\b", "HO03i": "a#b", "HO03j": "%0d%0aX: y",
           "HO03k": "a:65536", "HO03l": "a:-1", "HO03m": "a:80:80", "HO03n": "a: 80", "HO03o": "::1", "HO03p": "[g::1]", "HO03q": "[::1]x", "HO03r": "[]", "HO03s": "a\x00b",
           "HO03t": "\"a\"", "HO03u": "a;b", "HO03v": "a b:80", "HO03w": "http://a", "HO03x": "a<b>", "HO03y": "\xc3\xa9.test", "HO03z": "a:80a", "HO03A": ":80", "HO03B": "a\tb",
           "HO03C": "a:999999999999", "HO03D": "a{b}", "HO03E": "a|b", "HO03F": "a^b", "HO03G": "a`b", "HO03H": "[1::2::3]", "HO03I": "[:::]", "HO03J": "[1:2:3:4:5:6:7:8:9]",
           "HO03K": "[12345::]", "HO03L": "[1.2.3.4]", "HO03M": "[ffff]", "HO03N": "[::1.2.3.999]"}
    for name, value in bad.items():
        yield Case(name, f"GET §P HTTP/1.1⏎Host: {value}⏎⏎", reject(400))
    yield Case("HO04", "GET §P HTTP/1.1⏎Host:⏎⏎", reject(400), why="a gateway has a host; an empty one names none")
    good = {"HO05": "gw.test", "HO05b": "GW.Test:8080", "HO05c": "127.0.0.1", "HO05d": "127.0.0.1:1", "HO05e": "[::1]", "HO05f": "[::1]:8080", "HO05j": "[2001:db8::ffff:192.0.2.1]", "HO05g": "a_b.test", "HO05h": "gw.test.", "HO05i": "xn--e1a.test"}
    for name, value in good.items():
        yield Case(name, f"GET §P HTTP/1.1⏎Host: {value}⏎⏎", forward())
    yield Case("HO06", "GET §P HTTP/1.1⏎HOST:gw.test⏎⏎", forward())
    yield Case("HO07", "GET §P HTTP/1.1⏎Host : gw.test⏎⏎", reject(400))
    yield Case("HO08", "GET http://a,b§P HTTP/1.1⏎§H⏎⏎", reject(400), why="the target's authority is held to the same rules")
