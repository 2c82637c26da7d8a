"""Upgrade where nobody allowed it. RFC 9110 section 7.8; RFC 6455 section 4.

modelgate forwards no Upgrade at all, which judge.form_of holds it to; of peers it is asked only where the RFC rules it out.
"""
from case import OK, Case, Close, absent, answer, client_lacks, either, forward, judged, reject, status

SOCKET = "Upgrade: websocket⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎"
SWITCH = "HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎⏎TUNNEL"


def cases():
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
