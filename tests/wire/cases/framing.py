"""Where a request ends. RFC 9112 sections 5.1, 5.2, 6.1, 6.2, 6.3."""
from case import Case, absent, body, closed, either, forward, has, reject

POST = "POST §P HTTP/1.1⏎§H⏎"
BODY = "⏎⏎hello"
CHUNKED = "⏎⏎5⏎hello⏎0⏎⏎"


def lengths():
    """Content-Length is one decimal number, nothing else."""
    bad = {"SM06a": "+5", "SM06b": "-5", "SM06c": "5a", "SM06d": "0x5", "SM06f": "", "SM06g": "5 5", "SM06h": "18446744073709551621",
           "SM06i": "\xd9\xa5", "SM06j": "5\x0b", "SM06k": "5,", "SM06l": ",5", "SM06m": "5;", "SM06n": "5.0", "SM06o": "5e0", "SM06p": "\"5\"",
           "SM06q": "99999999999999999999999", "SM06r": "9223372036854775808", "SM06s": "5\x00", "SM06t": "５".encode().decode("latin-1"),
           "SM06u": "0b101", "SM06v": "05 ,", "SM06w": "--5", "SM06x": "1_0", "SM06y": "5\x0c", "SM06z": "\x0b5"}
    for name, value in bad.items():
        yield Case(name, f"{POST}Content-Length: {value}{BODY}", reject(400, 413, checks=[closed]))
    for name, value in {"SM04b": "5, 5", "SM04c": "5,5", "SM04d": "05", "SM04e": "0000000000000000005"}.items():
        yield Case(name, f"{POST}Content-Length: {value}{BODY}", either(body("hello"), has("Content-Length", "5"), refusal=[400]))
    for name, values in {"SM03": ("5", "6"), "SM03b": ("6", "5"), "SM03c": ("5", "0"), "SM03d": ("0", "5"), "SM03e": ("5", ""), "SM03f": ("5", "x")}.items():
        yield Case(name, POST + "⏎".join(f"Content-Length: {each}" for each in values) + "⏎⏎helloX", reject(400, checks=[closed]))
    yield Case("SM03g", f"{POST}Content-Length: 5, 6⏎⏎helloX", reject(400, checks=[closed]))
    yield Case("SM04", f"{POST}Content-Length: 5⏎Content-Length: 5{BODY}", either(body("hello"), refusal=[400]))
    yield Case("SM05", f"{POST}Content-Length: \t 5 \t{BODY}", forward(body("hello"), has("Content-Length", "5")))
    yield Case("SM05b", f"{POST}content-length:5{BODY}", forward(body("hello")))
    yield Case("SM05c", f"{POST}CONTENT-LENGTH: 0⏎⏎", forward(body("")))
    yield Case("SM05d", f"{POST}⏎", forward(body("")), why="a POST without a body is one of length 0")


def codings():
    """Transfer-Encoding is one `chunked`, never beside Content-Length, never in HTTP/1.0."""
    unknown = {"SM08a": "chunked, chunked", "SM08b": "identity", "SM08d": "chunked, gzip", "SM08e": "xchunked", "SM08h": "\x0bchunked",
               "SM08i": "\"chunked\"", "SM08l": "chunkedx", "SM08m": "chunked\x0b", "SM08n": "chunked\x00", "SM08o": "\x00chunked", "SM08p": "chunk",
               "SM08q": "chunked chunked", "SM08r": "chunked, identity", "SM08t": "c\xc4\xb1hunked", "SM08u": "", "SM08v": "chunked\x0c",
               "SM08w": "'chunked'", "SM08x": "chunked\xa0", "SM08y": "gzip", "SM08z": "deflate, gzip"}
    for name, value in unknown.items():
        yield Case(name, f"{POST}Transfer-Encoding: {value}{CHUNKED}", reject(400, 501, checks=[closed]))
    for name, value in {"SM08c": "gzip, chunked", "SM08g": "chunked;a=b", "SM08s": "identity, chunked", "SM08A": ",chunked", "SM08B": "chunked,"}.items():
        yield Case(name, f"{POST}Transfer-Encoding: {value}{CHUNKED}", either(refusal=[400, 501]))
    for name, value in {"SM08f": "Chunked", "SM08C": "CHUNKED", "SM08D": " \tchunked\t "}.items():
        yield Case(name, f"{POST}Transfer-Encoding: {value}{CHUNKED}", forward(body("hello")))
    for name, (first, second) in {"SM09": ("chunked", "identity"), "SM09b": ("identity", "chunked"), "SM09c": ("chunked", "chunked"),
                                  "SM09d": ("chunked", "x"), "SM09e": ("x", "chunked"), "SM09f": ("chunked", "")}.items():
        yield Case(name, f"{POST}Transfer-Encoding: {first}⏎Transfer-Encoding: {second}{CHUNKED}", reject(400, 501, checks=[closed]))
    yield Case("SM08k", f"{POST}Transfer-Encoding: chun⏎ ked{CHUNKED}", reject(400, checks=[closed]))
    yield Case("SM08E", f"{POST}Transfer-Encoding:⏎ chunked{CHUNKED}", reject(400, checks=[closed]))
    yield Case("SM12", f"POST §P HTTP/1.0⏎§H⏎Transfer-Encoding: chunked⏎Connection: keep-alive{CHUNKED}", either(body("hello"), closed, refusal=[400]))
    yield Case("SM12b", f"POST §P HTTP/1.0⏎§H⏎Transfer-Encoding: chunked⏎Content-Length: 5{BODY}", either(refusal=[400]))


def both():
    """A request with both fields is refused: whoever stands behind may take the other one."""
    smuggled = "POST /deployment/priv§n/x HTTP/1.1⏎Host: a⏎X-Smuggled: 1⏎Content-Length: 15⏎⏎x=1"
    yield Case("SM01", f"{POST}Content-Length: 6⏎Transfer-Encoding: chunked⏎⏎0⏎⏎G", either(absent("Content-Length"), closed, refusal=[400]))
    yield Case("SM02", f"{POST}Transfer-Encoding: chunked⏎Content-Length: 4⏎⏎{len(smuggled.replace('⏎', '..')):x}⏎{smuggled}⏎0⏎⏎",
               either(absent("X-Smuggled", "Content-Length"), closed, refusal=[400]))
    for number, (first, second) in enumerate((("Content-Length: 5", "transfer-encoding: CHUNKED"), ("TRANSFER-ENCODING: chunked", "content-length: 5"),
                                              ("Content-Length: 0", "Transfer-Encoding: chunked")), 1):
        yield Case(f"SM01{'abc'[number - 1]}", f"{POST}{first}⏎{second}{CHUNKED}", either(absent("Content-Length"), closed, refusal=[400]))
    for name, field in {"SM10": "Transfer-Encoding : chunked", "SM10b": "Transfer-Encoding\t: chunked", "SM10c": " Transfer-Encoding: chunked",
                        "SM10d": "Transfer-Encoding\x00: chunked", "SM10e": "Transfer Encoding: chunked"}.items():
        yield Case(name, f"{POST}{field}{CHUNKED}", reject(400, checks=[closed]))
    for name, field in {"SM11": "Content-Length\t: 5", "SM11b": "Content-Length : 5", "SM11c": " Content-Length: 5", "SM11d": "Content-Length\x0b: 5"}.items():
        yield Case(name, f"{POST}{field}{BODY}", reject(400, checks=[closed]))
    for name, field in {"SM17a": "Transfer_Encoding: chunked", "SM17b": "Transfer.Encoding: chunked", "SM17c": "Content_Length: 4", "SM17d": "Content.Length: 4"}.items():
        yield Case(name, f"{POST}Content-Length: 5⏎{field}{BODY}", either(body("hello"), absent("Transfer-Encoding"), has("Content-Length", "5"), refusal=[400]),
                   why="a framework folds the name to the real one")


def lines():
    """Fields are names and values, one a line."""
    yield Case("SM13", f"{POST}X-A: b⏎ c⏎⏎", either(absent("c"), refusal=[400]), why="a fold is never forwarded")
    yield Case("SM13b", f"{POST}X-A: b⏎\tContent-Length: 5{BODY}", reject(400, checks=[closed]))
    for name, start in {"SM14": " Host: x", "SM14b": "\tX: y", "SM14c": " "}.items():
        yield Case(name, f"POST §P HTTP/1.1⏎{start}⏎§H⏎Content-Length: 0⏎⏎", reject(400, checks=[closed]))
    yield Case("SM15", f"{POST}X-A: b\rX-Forwarded-User: root⏎⏎", either(absent("X-Forwarded-User"), refusal=[400]))
    for number, value in enumerate(("b\x00c", "\x00", "b\x01c", "b\x1fc", "b\x7fc", "b\x08c"), 1):
        yield Case(f"SM16{'' if number == 1 else 'abcde'[number - 2]}", f"{POST}X-A: {value}⏎⏎", reject(400, checks=[closed]))
    yield Case("SM16g", f"{POST}X-A: b\tc \xc3\xa9⏎⏎", either(refusal=[400]), why="a tab and obs-text are allowed")
    bad_names = {"SM18": "XBogus", "SM19": ": v", "SM20": "X(Foo): v", "SM20b": "X\x00Foo: v", "SM20c": "X-\xc3\xa9: v", "SM20d": "X Foo: v", "SM20e": "X@Foo: v",
                 "SM20f": "X[0]: v", "SM20g": "X{a}: v", "SM20h": "X/Y: v", "SM20i": "X\"Y: v", "SM20j": "X\\Y: v", "SM20k": "X=Y: v", "SM20l": "X,Y: v",
                 "SM20m": "X;Y: v", "SM20n": "X?Y: v", "SM20o": "X<Y: v", "SM20p": "X\x7fY: v", "SM19b": " : v", "SM18b": "=", "SM18c": "\x00"}
    for name, field in bad_names.items():
        yield Case(name, f"{POST}{field}⏎⏎", reject(400, checks=[closed]))
    yield Case("SM21", f"{POST}X-All!#$%&'*+-.^_`|~09: v⏎⏎", either(refusal=[400]), why="every character of a token")
    yield Case("SM22", f"{POST}X-Empty:⏎X-Sp:   ⏎⏎", forward(has("X-Empty", ""), has("X-Sp", "")))
    yield Case("SM22b", f"{POST}X-A:v⏎X-B: \t v \t ⏎⏎", forward(has("X-A", "v"), has("X-B", "v")))
    bare = {"SM23": "POST §P HTTP/1.1\nHost: gw.test\n\n", "SM23b": "POST §P HTTP/1.1⏎Host: gw.test\nX-A: b⏎⏎", "SM23c": "POST §P HTTP/1.1⏎§H⏎X-A: b\n⏎",
            "SM23d": "POST §P HTTP/1.1⏎§H⏎\n", "SM23e": "POST §P HTTP/1.1\n§H⏎⏎"}
    for name, text in bare.items():
        yield Case(name, text, either(refusal=[400]), why="a bare LF may end a line; refusing is stricter")
    for name, text in {"SM24": "POST §P HTTP/1.1\r§H\r\r", "SM24b": "POST §P HTTP/1.1⏎§H\rX: y⏎⏎", "SM24c": "POST §P HTTP/1.1⏎§H⏎\r⏎", "SM24d": "POST §P HTTP/1.1⏎§H⏎X\r: y⏎⏎"}.items():
        yield Case(name, text, reject(400, 408), why="a bare CR ends nothing")


def cases():
    for part in (lengths, codings, both, lines):
        yield from part()
