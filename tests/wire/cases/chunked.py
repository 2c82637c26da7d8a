"""The chunked coding. RFC 9112 section 7.1, erratum 7633; RFC 9110 section 6.5."""
from case import Case, Pause, absent, body, closed, either, forward, reject

HEAD = "POST §P HTTP/1.1⏎§H⏎Transfer-Encoding: chunked⏎⏎"


def cases():
    yield Case("CH00", f"{HEAD}5⏎hello⏎0⏎⏎", forward(body("hello")))
    yield Case("CH00b", f"{HEAD}0⏎⏎", forward(body("")))
    yield Case("CH00c", f"{HEAD}1⏎h⏎1⏎e⏎3⏎llo⏎0⏎⏎", forward(body("hello")))
    yield Case("CH00d", f"{HEAD}a⏎0123456789⏎A⏎0123456789⏎0⏎⏎", forward(body("0123456789" * 2)))
    yield Case("CH00e", f"{HEAD}5⏎\r\n0\r\n⏎0⏎⏎", forward(body("\r\n0\r\n")), why="what looks like an end inside of a chunk is content")
    yield Case("CH00f", f"{HEAD}5⏎hello⏎00⏎⏎", either(body("hello"), refusal=[400]))
    for name, extension in {"CH01": ";ext=1", "CH01b": ";a;b=c;d=\"e\"", "CH01c": ";a=\"q;\\\"x\"", "CH01d": " ;a=b", "CH01e": ";a = b"}.items():
        expected = forward if name in ("CH01", "CH01b") else either
        yield Case(name, f"{HEAD}5{extension}⏎hello⏎0⏎⏎", expected(body("hello")))
    yield Case("CH01f", f"{HEAD}5⏎hello⏎0;last=1⏎⏎", forward(body("hello")))
    sizes = {"CH02": "0x5", "CH02b": "+5", "CH02c": "-5", "CH02d": "5h", "CH02e": " 5", "CH02f": "5,", "CH02g": "\t5", "CH02h": "g", "CH02i": "5\x00", "CH02j": "５".encode().decode("latin-1"),
             "CH02k": "5 5", "CH02l": "5.", "CH02m": "0X5", "CH06": "10000000000000005", "CH06b": "ffffffffffffffff", "CH06c": "fffffffffffffffff", "CH06d": "8000000000000000",
             "CH07": "", "CH07b": ";ext", "CH07c": " "}
    for name, size in sizes.items():
        yield Case(name, f"{HEAD}{size}⏎hello⏎0⏎⏎", reject(400, 413, checks=[closed]))
    lines = {"CH04": "5\nhello⏎0⏎⏎", "CH05": "5⏎hello\n0⏎⏎", "CH08": "3⏎hello⏎0⏎⏎", "CH08b": "4⏎hello⏎0⏎⏎", "CH08c": "5⏎helloX⏎0⏎⏎", "CH08d": "5⏎hello0⏎⏎",
             "CH09": "5;\nxx⏎hello⏎0⏎⏎", "CH09b": "5;a\rb⏎hello⏎0⏎⏎", "CH09c": "5;a\x00b⏎hello⏎0⏎⏎", "CH09d": "5;a\x01b⏎hello⏎0⏎⏎", "CH09e": "5;a\x7fb⏎hello⏎0⏎⏎", "CH15": "5\rX\nhello⏎0⏎⏎", "CH15b": "5\r\r\nhello⏎0⏎⏎",
             "CH15c": "5\rhello⏎0⏎⏎", "CH05b": "5⏎hello\r0⏎⏎", "CH05c": "5⏎hello⏎0\n⏎", "CH05d": "5⏎hello⏎0⏎\n", "CH05e": "5⏎hello\r\r\n0⏎⏎"}
    for name, rest in lines.items():
        yield Case(name, HEAD + rest, reject(400, 408, checks=[closed]))
    yield Case("CH10", f"{HEAD}5;a=\"⏎hello⏎0⏎⏎", either(body("hello"), refusal=[400]))
    yield Case("CH11", f"{HEAD}5;{'a' * 70000}⏎hello⏎0⏎⏎", reject(400, 431), why="extensions in all: at most 4 KiB")
    yield Case("CH11b", f"{HEAD}{''.join(f'1;{chr(97) * 100}⏎x⏎' for _ in range(60))}0⏎⏎", reject(400), why="also when they come in small portions")
    yield Case("CH11c", f"{HEAD}5;{'a' * 1000}⏎hello⏎0⏎⏎", forward(body("hello")))
    yield Case("CH12", f"{HEAD}5 ⏎hello⏎0⏎⏎", either(body("hello"), refusal=[400]))
    yield Case("CH13", f"{HEAD}{'0' * 21}5⏎hello⏎0⏎⏎", either(body("hello"), refusal=[400]))
    yield Case("CH13b", f"{HEAD}{'0' * 5000}5⏎hello⏎0⏎⏎", reject(400), why="digits without end are no size")
    for name, trailer in {"CH14": "X-T: 1", "CH14b": "Content-Length: 99", "CH14c": "X-Forwarded-User: root", "CH14d": "Host: evil", "CH14e": "Transfer-Encoding: chunked",
                          "CH14f": "Authorization: Basic eDp5"}.items():
        yield Case(name, f"{HEAD}5⏎hello⏎0⏎{trailer}⏎⏎", either(body("hello"), absent("X-T", "X-Forwarded-User"), refusal=[400]), why="trailers are dropped")
    for name, trailer in {"CH14g": "no colon", "CH14h": " fold: 1", "CH14i": "X T: 1", "CH14j": "X-T: a\x00b", "CH14k": ": v", "CH14m": "X : a",
                          "CH14n": "\x00X: a", "CH14o": "\x01", "CH14p": "\x7f", "CH14q": "GET /deployment/x HTTP/1.1⏎Host: x"}.items():
        yield Case(name, f"{HEAD}5⏎hello⏎0⏎{trailer}⏎⏎", reject(400, checks=[closed]), why="a trailer line is a field as in a head")
    yield Case("CH14l", f"{HEAD}5⏎hello⏎0⏎{'X-T: ' + 'a' * 40000}⏎⏎", reject(400, 431), why="trailers have a limit")
    yield Case("CH16", (f"{HEAD}5⏎hel", Pause(0.3), "lo⏎0⏎", Pause(0.3), "⏎"), forward(body("hello")))
    yield Case("CH16b", (f"{HEAD}5⏎hello⏎",), reject(400, 408), why="an end that never comes")
