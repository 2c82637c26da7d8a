"""Upgrade where nobody allowed it, and where it is allowed. RFC 9110 section 7.8; RFC 6455 section 4.

Where it is not allowed modelgate forwards no Upgrade at all, which judge.form_of holds it to; of peers it is asked only where the RFC
rules it out. Where it is, WebSocket goes through if it is asked for right, and nothing else does.
"""
from case import (OK, Case, Close, Echo, HalfClose, Pause, Reset, Until, absent, answer, client_lacks, closed, either, forward, has, judged, kept, reject, status, statuses,
                  tunnelled)

SOCKET = "Upgrade: websocket⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎"
SWITCH = "HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎⏎TUNNEL"
ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎"
RIGHT = f"HTTP/1.1 101 Switching Protocols⏎Upgrade: WebSocket⏎Connection: upgrade⏎{ACCEPT}⏎"


def cases():
    yield from refused()
    yield from allowed()


def allowed():
    get = "GET §W HTTP/1.1⏎§H⏎"
    ask = f"{get}Connection: Upgrade⏎{SOCKET}⏎"
    echo = (answer(RIGHT, Echo()),)

    def tunnel(name, send, *checks, replica=echo, why=""):
        return Case(name, send, judged(*checks), replica=replica, why=why, own=True, upgrades=True)

    through = (statuses(101), has("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), has("Sec-WebSocket-Version", "13"))
    yield tunnel("WS10", (ask, Until("101 "), "hello", Until("hello"), HalfClose(), Pause(3)), *through, tunnelled("hello"), closed, why="bytes go both ways, and the end too")
    yield tunnel("WS10b", (f"{get}connection: keep-alive , uPGRADE⏎{SOCKET.replace(': websocket', ': WebSocket')}⏎", Until("101 "), "hello", Until("hello"), HalfClose(), Pause(3)), *through, tunnelled("hello"), closed)
    yield tunnel("WS10c", (ask, Until("101 "), f"{get}⏎\x00\xff⏎⏎", Until("\x00"), HalfClose(), Pause(3)), statuses(101), as_http_in_it, closed,
                 why="what looks like HTTP in a tunnel is only bytes")
    yield tunnel("WS11", (f"{ask}early", Until("early"), HalfClose(), Pause(3)), *through, tunnelled("early"), closed, why="what came before the 101 is kept for the tunnel")
    yield tunnel("WS11b", (ask, Until("after"), Pause(1)), *through, tunnelled("after"), closed, replica=(answer(f"{RIGHT}after", Close()),), why="what a replica says right after its 101 is in the tunnel")
    yield tunnel("WS11c", (ask, Until("101 "), "x", Pause(3)), *through, closed, replica=(answer(RIGHT, Pause(0.2), Reset()),), why="a replica that resets")
    yield tunnel("WS12", (ask, Pause(6)), statuses(101), closed, replica=(answer(RIGHT, Echo()),), why="a silent one is cut (stream_idle)")
    yield tunnel("WS13", ask, statuses(101), written_anew, replica=(answer(f"HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade, X-Hop⏎X-Hop: 1⏎Keep-Alive: timeout=5⏎X-Request-Id: model⏎{ACCEPT}⏎", Close()),),
                 why="the 101 is written anew")
    yield Case("WS14", (ask, Until("ok"), ask), judged(statuses(200, 200), client_lacks("Upgrade"), kept, requests=2), replica=(answer(OK),), own=True, upgrades=True, why="a replica that does not switch just answers")
    wrong = {"WS15": RIGHT.replace("s3pP", "S3pP"), "WS15b": RIGHT.replace(ACCEPT, ""), "WS15c": RIGHT.replace("WebSocket", "h2c"), "WS15d": RIGHT.replace("Connection: upgrade⏎", ""),
             "WS15e": RIGHT.replace("Upgrade: WebSocket⏎", ""), "WS15f": RIGHT.replace(ACCEPT, ACCEPT + ACCEPT), "WS15g": RIGHT.replace("WebSocket", "websocket, h2c"),
             "WS15h": RIGHT.replace(ACCEPT, ACCEPT + "Content-Length: 6⏎"), "WS15i": RIGHT.replace(ACCEPT, ACCEPT + "Transfer-Encoding: chunked⏎"), "WS15j": RIGHT.replace("upgrade", "upgrade, Sec-WebSocket-Accept"),
             "WS15k": "HTTP/1.0" + RIGHT[8:]}
    for name, text in wrong.items():
        yield Case(name, f"{ask}early", judged(status(502), client_lacks("TUNNEL")), replica=(answer(f"{text}TUNNEL", Close()),), own=True, upgrades=True, why="no 101 but the one that was asked for")
    key, version = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎", "Sec-WebSocket-Version: 13⏎"
    named = "Connection: Upgrade⏎"
    ordinary = {"WS16": f"{named}Upgrade: h2c⏎{key}{version}", "WS16b": f"{named}Upgrade: websocket, h2c⏎{key}{version}", "WS16c": f"{named}Upgrade: websocket⏎Upgrade: websocket⏎{key}{version}",
                "WS16d": f"Upgrade: websocket⏎{key}{version}", "WS16e": f"{named}Upgrade: websocket⏎{version}", "WS16f": f"{named}Upgrade: websocket⏎{key}", "WS16g": f"{named}Upgrade: websocket⏎{key}{key}{version}",
                "WS16h": f"{named}Upgrade: websocket⏎Sec-WebSocket-Key: c2hvcnQ=⏎{version}", "WS16i": f"{named}Upgrade: websocket⏎{key}Sec-WebSocket-Version: 8⏎", "WS16j": f"{named}U_pgrade: websocket⏎{key}{version}",
                "WS16k": f"Connection: Upgrade, Sec-WebSocket-Key⏎Upgrade: websocket⏎{key}{version}", "WS16l": f"{named}Upgrade: websocket⏎{key}{version}Content-Length: 0⏎",
                "WS16m": "Connection: Upgrade, HTTP2-Settings⏎Upgrade: h2c⏎HTTP2-Settings: AAMAAABkAAQAAP__⏎"}
    for name, fields in ordinary.items():
        yield Case(name, f"{get}{fields}⏎", forward(absent("Upgrade", "Connection", "HTTP2-Settings")), own=True, why="what does not ask for WebSocket alone, and right, is an ordinary request")
        if name in ("WS16", "WS16i"):
            yield Case(name + "+", f"{get}{fields}⏎", judged(status(502), client_lacks("TUNNEL")), replica=(answer(SWITCH, Close()),), own=True, why="and opens no tunnel")
    yield Case("WS17", f"POST §W HTTP/1.1⏎§H⏎{named}{SOCKET}Content-Length: 5⏎⏎hello{get}⏎", forward(absent("Upgrade"), requests=2), methods=("POST", "GET"), own=True)
    yield Case("WS17b", f"GET §W HTTP/1.0⏎§H⏎{named}{SOCKET}⏎", forward(absent("Upgrade")), own=True)


def as_http_in_it(seen):
    got = seen.responses[0].body
    return None if got.endswith(b"\r\nHost: gw.test\r\n\r\n\x00\xff\r\n\r\n") else f"the client got {got!r} through the tunnel"


def written_anew(seen):
    if problem := client_lacks("X-Hop", "Keep-Alive", "X-Request-Id: model")(seen):
        return problem
    if [each.all("Via") for each in seen.responses] != [["1.1 modelgate"]] or [each.all("Connection") for each in seen.responses] != [["Upgrade"]]:
        return f"the 101 is {seen.received!r}"
    return None


def refused():
    get = "GET §P HTTP/1.1⏎§H⏎"
    yield Case("WS01", f"{get}Connection: Upgrade⏎{SOCKET}⏎", either())
    yield Case("WS01b", f"{get}Connection: keep-alive, Upgrade⏎{SOCKET}⏎", either())
    yield Case("WS01c", f"{get}{SOCKET}⏎", either(absent("Upgrade")), why="without Connection: Upgrade it asks for nothing")
    yield Case("WS02", f"{get}Connection: Upgrade⏎{SOCKET}⏎", judged(client_lacks("TUNNEL"), status(502, 501, 426, 400)), replica=(answer(SWITCH, Close()),), why="a replica that switches all the same opens no tunnel", own=True)
    yield Case("WS03", f"{get}Connection: Upgrade, HTTP2-Settings⏎Upgrade: h2c⏎HTTP2-Settings: AAMAAABkAAQAAP__⏎⏎", either(absent("Upgrade", "HTTP2-Settings")), why="h2c is a way around every check")
    yield Case("WS03b", "PRI * HTTP/2.0⏎⏎SM⏎⏎", reject(400, 505), methods=("PRI",))
    yield Case("WS03c", f"{get}Connection: Upgrade⏎Upgrade: h2c, websocket⏎⏎", either())
    yield Case("WS04", f"POST §P HTTP/1.1⏎§H⏎Connection: Upgrade⏎Upgrade: websocket⏎Content-Length: 5⏎⏎hello{get}⏎", forward(requests=2), methods=("POST", "GET"))
    yield Case("WS05", f"GET §P HTTP/1.0⏎§H⏎Connection: Upgrade⏎{SOCKET}⏎", either(absent("Upgrade")), why="an Upgrade in HTTP/1.0 is ignored")
    yield Case("WS06", f"GET §V HTTP/1.1⏎§H⏎Connection: Upgrade⏎{SOCKET}⏎", reject(401), why="a private deployment asks who calls first")
    yield Case("WS07", f"{get}Connection: Upgrade⏎Upgrade: TLS/1.0⏎⏎", either())
    yield Case("WS08", f"{get}Upgrade: websocket⏎⏎", forward(absent("Upgrade")), replica=(answer(OK),))
