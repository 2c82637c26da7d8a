"""All families, in the order of the table."""
from cases import auth, chunked, expect, forwarded_user, framing, hop_by_hop, host, limits, paths, pipelining, request_line, responses, timeouts, traces, upgrade

FAMILIES = {"framing": framing, "chunked": chunked, "pipelining": pipelining, "request line": request_line, "host": host, "hop-by-hop": hop_by_hop, "expect": expect, "responses": responses, "auth": auth,
            "forwarded user": forwarded_user, "paths": paths, "limits": limits, "timeouts": timeouts, "traces": traces, "upgrade": upgrade}


def all_cases():
    """(family, case) for each. An id stands for one case."""
    seen = set()
    for family, module in FAMILIES.items():
        for case in module.cases():
            assert case.id not in seen, f"{case.id} stands twice"
            seen.add(case.id)
            yield family, case
