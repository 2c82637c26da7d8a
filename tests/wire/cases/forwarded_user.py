"""Names that frameworks fold to a managed header. RFC 3875 section 4.1.18 is why `_`, `-` and case are one to a WSGI or CGI server."""
import itertools

from case import Case, absent, either, forward, has, reject

PUBLIC = "GET §P HTTP/1.1⏎§H⏎"
PRIVATE = "GET §V HTTP/1.1⏎§H⏎Authorization: Basic §GOOD⏎"

SPELLINGS = {"XU01": "X-Forwarded-User", "XU01b": "x-forwarded-user", "XU01c": "X-FORWARDED-USER", "XU03": "X_Forwarded_User", "XU03b": "X-Forwarded_User", "XU03c": "X_Forwarded-User", "XU03d": "x_forwarded_user",
             "XU05": "X.Forwarded.User", "XU05b": "X.Forwarded-User", "XU05c": "X_Forwarded.User", "XU05d": "x.forwarded_USER"}


def cases():
    for name, spelling in SPELLINGS.items():
        expected = forward if "-Forwarded-" in spelling or "-forwarded-" in spelling or "-FORWARDED-" in spelling else either
        yield Case(name, f"{PUBLIC}{spelling}: root⏎⏎", expected(absent("X-Forwarded-User")))
        yield Case(name.replace("XU", "XV"), f"{PRIVATE}{spelling}: root⏎⏎", expected(only_alice))
    yield Case("XU02", f"{PUBLIC}X-Forwarded-User: root⏎X-Forwarded-User: root2⏎⏎", forward(absent("X-Forwarded-User")))
    yield Case("XU04", f"{PRIVATE}X-FORWARDED-USER: root⏎x-forwarded-user: root2⏎⏎", forward(has("X-Forwarded-User", "alice")))
    yield Case("XU04b", f"{PRIVATE}X-Forwarded-User: alice⏎⏎", forward(has("X-Forwarded-User", "alice")))
    yield Case("XU04c", f"{PRIVATE}X-Forwarded-User:⏎⏎", forward(has("X-Forwarded-User", "alice")))
    yield Case("XU06", f"{PUBLIC}X-Forwarded-User : root⏎⏎", either(absent("X-Forwarded-User"), refusal=[400]))
    yield Case("XU06b", f"{PUBLIC}X-A: b⏎ X-Forwarded-User: root⏎⏎", either(absent("X-Forwarded-User"), refusal=[400]))
    yield Case("XU06c", f"{PUBLIC}X-Forwarded-User\x00: root⏎⏎", either(absent("X-Forwarded-User"), refusal=[400]))
    for name, managed in {"XU07": "X-Request-Id", "XU07b": "X-Forwarded-For", "XU07c": "X-Forwarded-Host", "XU07d": "X-Forwarded-Proto", "XU07e": "Seldon-Puid", "XU07f": "X-Request-Timeout"}.items():
        own = managed in ("X-Request-Id", "Seldon-Puid", "X-Request-Timeout")
        for letter, mark in (("", "_"), ("+", ".")):
            yield Case(name + letter, f"{PUBLIC}{managed.replace('-', mark)}: forged⏎⏎", either(nothing_forged), own=own)
        # Every way to write it, at once: none of them may be left for a framework to fold to ours.
        spellings = [spelling for spelling in spellings_of(managed) if spelling.lower() != managed.lower()]
        everything = "".join(f"{spelling}: forged⏎" for spelling in spellings)
        yield Case(name + "*", f"{PUBLIC}{everything}⏎", either(nothing_forged), own=own)
        yield Case(name.replace("XU", "XV") + "*", f"{PRIVATE}{everything}⏎", either(nothing_forged), own=own)
    for name, managed in {"XU10": "Forwarded", "XU10b": "X-Forwarded-For", "XU10c": "X-Forwarded-Host", "XU10d": "X-Forwarded-Proto"}.items():
        everything = "".join(f"{spelling}: forged⏎" for spelling in spellings_of(managed))
        yield Case(name, f"{PUBLIC}{everything}⏎", either(nothing_forged), own=managed == "Forwarded", why="nor the name itself, in any case")
    yield Case("XU11", f"{PRIVATE}{''.join(f'{spelling}: root⏎' for spelling in spellings_of('X-Forwarded-User'))}⏎", either(only_alice))
    aliases = [spelling for spelling in spellings_of("X-Request-Timeout") if spelling.lower() != "x-request-timeout"]
    yield Case("XU12", f"{PUBLIC}{''.join(f'{spelling}: forged⏎' for spelling in aliases)}⏎", either(nothing_forged), own=True)
    yield Case("XU12b", f"{PUBLIC}X-Request-Timeout: 30⏎⏎", forward(lacks_value("30")), own=True, why="what remains of it is forwarded")
    for name, value in {"XU12c": "forged", "XU12d": "0", "XU12e": "-1", "XU12f": "1e3", "XU12g": "2⏎X-Request-Timeout: 2"}.items():
        yield Case(name, f"{PUBLIC}X-Request-Timeout: {value}⏎⏎", reject(400), own=True)
    yield Case("XU08", f"{PUBLIC}X-Request-Id: {'a' * 129}⏎⏎", either(nothing_long), own=True)
    yield Case("XU08b", f"{PUBLIC}X-Request-Id: a b;c⏎⏎", either(lacks_value("a b;c")), own=True)
    yield Case("XU08c", f"{PUBLIC}X-Request-Id: one⏎X-Request-Id: two⏎⏎", either(one_id), own=True)
    yield Case("XU09", f"{PUBLIC}X-Forwarded-Username: bob⏎X-Forwarded-Users: c⏎⏎", forward(has("X-Forwarded-Username", "bob"), has("X-Forwarded-Users", "c")), why="other names are none of ours")


def spellings_of(name):
    """With each of `-`, `_` and `.` at each place, in three cases."""
    words = name.split("-")
    for marks in itertools.product("-_.", repeat=len(words) - 1):
        spelling = words[0] + "".join(mark + word for mark, word in zip(marks, words[1:]))
        yield from (spelling, spelling.lower(), spelling.upper())


def only_alice(seen):
    for request in seen.requests:
        values = [value for name, value in request.fields if name.lower().replace("_", "-").replace(".", "-") == "x-forwarded-user"]
        if values != ["alice"]:
            return f"a framework may see the users {values}"
    return None


def lacks_value(text):
    def check(seen):
        return next((f"{name}: {value} reached the replica" for request in seen.requests for name, value in request.fields if value == text), None)
    return check


nothing_forged = lacks_value("forged")
nothing_long = lacks_value("a" * 129)


def one_id(seen):
    return next((f"{len(request.all('X-Request-Id'))} request ids" for request in seen.requests if len(request.all("X-Request-Id")) > 1), None)
