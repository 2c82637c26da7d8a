"""Basic and Bearer on a private deployment. RFC 9110 section 11; RFC 7617 section 2; RFC 6750 section 2.1."""
from case import Case, absent, client_has, forward, has, judged, reject, statuses

GET = "GET §V HTTP/1.1⏎§H⏎"
CHALLENGE = client_has("WWW-Authenticate", 'Basic realm="Authentication Required"')
KNOWN = (has("X-Forwarded-User", "alice"), absent("Authorization"))


def cases():
    yield Case("AU01", f"{GET}⏎", reject(401, checks=[CHALLENGE]))
    yield Case("AU02", f"{GET}Authorization: Basic §GOOD⏎⏎", forward(*KNOWN))
    for name, scheme in {"AU03": "bAsIc", "AU03b": "BASIC", "AU03c": "basic"}.items():
        yield Case(name, f"{GET}Authorization: {scheme} §GOOD⏎⏎", forward(*KNOWN))
    yield Case("AU04", f"{GET}authorization:Basic §GOOD⏎⏎", forward(*KNOWN))
    yield Case("AU05", f"{GET}Authorization: Basic §GOOD ⏎⏎", forward(*KNOWN))
    yield Case("AU05b", f"{GET}Authorization:  Basic   §GOOD\t⏎⏎", forward(*KNOWN), why="1*SP between scheme and credentials")
    wrong = {"AU06": "§b64(alice:bad)", "AU06b": "§b64(alice:)", "AU06c": "§b64(:§TOKEN)", "AU06d": "§b64(bob:§TOKEN)", "AU06e": "§b64(alice:§TOKENx)", "AU06f": "§b64(Alice:§TOKEN)",
             "AU06g": "§b64(alice :§TOKEN)", "AU06h": "§b64( alice:§TOKEN)", "AU06i": "§b64(alice: §TOKEN)", "AU06j": "§b64(alice:§TOKEN )", "AU06k": "§b64(alic:§TOKEN)", "AU06l": "§b64(alicex:§TOKEN)",
             "AU07": "§b64(alice)", "AU07b": "§b64(alice§TOKEN)", "AU07c": "§b64(§TOKEN)", "AU07d": "§b64(:)", "AU08": "§b64(alice::§TOKEN)", "AU08b": "§b64(alice:x:§TOKEN)",
             "AU11": "§b64(alice:§TOKEN\x00)", "AU11b": "§b64(alice:§TOKEN\x00zzz)", "AU11c": "§b64(alice\x00:§TOKEN)", "AU11d": "§b64(alice\x00x:§TOKEN)", "AU11e": "§b64(alice:§TOKEN\n)", "AU11f": "§b64(alice:§TOKEN\r\n)",
             "AU11g": "§b64(\x00alice:§TOKEN)", "AU11h": "§b64(alice:\x7f§TOKEN)", "AU11i": "§b64(alice\n:§TOKEN)", "AU11j": "§b64(alice:\xc3\xa9)"}
    for name, credentials in wrong.items():
        yield Case(name, f"{GET}Authorization: Basic {credentials}⏎⏎", reject(401, checks=[CHALLENGE]))
    broken = {"AU09a": "!!!!", "AU09c": "YWxp Y2U6czNjcjpldA==", "AU09d": "YWxpY2U6===", "AU09e": "", "AU09f": "====", "AU09h": "YWxpY2U6,", "AU09i": "-_-_", "AU09j": "Y", "AU09k": "§GOOD=", "AU09l": "§GOOD====",
              "AU09m": "=§GOOD", "AU09n": "§GOOD §GOOD", "AU09o": "§GOOD,Basic §GOOD", "AU09p": "\"§GOOD\"", "AU09q": "§GOOD!", "AU09r": "§GOOD\xa0", "AU09s": "§GOOD, realm=x"}
    for name, credentials in broken.items():
        yield Case(name, f"{GET}Authorization: Basic {credentials}⏎⏎", reject(401), why="never a 5xx")
    yield Case("AU09b", f"{GET}Authorization: Basic YWxpY2U6czNjcjpldA⏎⏎", reject(401))
    yield Case("AU09g", f"{GET}Authorization: Basic YWxp\tY2U6⏎⏎", reject(401))
    yield Case("AU10", f"{GET}Authorization: Basic {'YWFh' * 2000}⏎⏎", reject(401), why="long, but within the head's limit")
    for name, value in {"AU13": "Basic", "AU13b": "", "AU13c": "§GOOD", "AU13d": "Basic§GOOD", "AU13e": "Basic\t§GOOD", "AU13f": "Digest username=\"alice\"", "AU13g": "Negotiate §GOOD", "AU13h": "BasicX §GOOD",
                        "AU13i": "Basic: §GOOD", "AU13j": "Basi §GOOD", "AU13k": "Basic,§GOOD"}.items():
        yield Case(name, f"{GET}Authorization: {value}⏎⏎", reject(401))
    two = {"AU12": ("Basic YWxpY2U6YmFk", "Basic §GOOD"), "AU12b": ("Basic §GOOD", "Basic YWxpY2U6YmFk"), "AU12c": ("Basic §GOOD", "Basic §GOOD"), "AU12d": ("Bearer x", "Basic §GOOD"), "AU12e": ("", "Basic §GOOD"),
           "AU12f": ("Basic §GOOD", "")}
    for name, values in two.items():
        yield Case(name, GET + "".join(f"Authorization: {each}⏎" for each in values) + "⏎", reject(401, 400), why="of two credentials neither counts")
    for name, alias in {"AU15": "X-Authorization", "AU15b": "Proxy-Authorization", "AU15c": "Cookie", "AU15d": "Authorization_", "AU15e": "X-Original-Authorization"}.items():
        yield Case(name, f"{GET}{alias}: Basic §GOOD⏎⏎", reject(401), why="only Authorization carries credentials")
    for name, value in {"AU22": "Bearer §TOKEN", "AU22b": "bearer §TOKEN", "AU22c": "BEARER   §TOKEN "}.items():
        yield Case(name, f"{GET}Authorization: {value}⏎⏎", forward(*KNOWN), own=True)
    for name, value in {"AU14": "Bearer abc", "AU14b": "Bearer", "AU14c": "Bearer ", "AU14d": "Bearer §TOKENx", "AU14e": "Bearer x§TOKEN", "AU14f": "Bearer §TOKEN §TOKEN", "AU14g": "Bearer §GOOD", "AU14h": "Bearer \"§TOKEN\"",
                        "AU14i": "Bearer §TOKEN,", "AU14j": "Token §TOKEN", "AU14k": "Bearer=§TOKEN"}.items():
        yield Case(name, f"{GET}Authorization: {value}⏎⏎", reject(401))
    for name, value in {"AU21": "Basic §b64(alice:§OTHER)", "AU21b": "Bearer §OTHER"}.items():
        yield Case(name, f"{GET}Authorization: {value}⏎⏎", reject(401, checks=[CHALLENGE]), why="another deployment's token is a wrong one")
    yield Case("AU16", f"{GET.replace('§V', '§V?token=§TOKEN')}⏎", reject(401), why="a token in the query is none")
    yield Case("AU17", "GET http://alice:§TOKEN@gw.test§V HTTP/1.1⏎§H⏎⏎", reject(400, 401), why="nor one in the authority")
    yield Case("AU18", "POST §V HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello" + f"{GET}Authorization: Basic §GOOD⏎⏎", judged(statuses(401, 200), *KNOWN), methods=("POST", "GET"), why="the body of a refused request is no request")
    yield Case("AU19", "GET §P HTTP/1.1⏎§H⏎Authorization: Basic §GOOD⏎⏎", forward(absent("Authorization")), why="a public deployment's model sees no credentials")
    yield Case("AU19b", "GET §P HTTP/1.1⏎§H⏎Authorization: Basic broken⏎⏎", forward(absent("Authorization")))
    yield Case("AU20", f"{GET}Authorization: Basic §GOOD⏎⏎{GET}⏎", judged(statuses(200, 401)), methods=("GET",), why="a kept connection is asked anew each time")
