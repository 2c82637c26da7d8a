"""Cases that modelgate fails and that somebody knows of: id -> what is wrong and where. Each run prints them.

Nothing stands here because it is hard; a case leaves the list with the change that mends it.
"""
KNOWN_FAULTS = {
    "HP08": "OPTIONS with Max-Forwards: 0 is forwarded on passthrough routes instead of being answered (gateway/server/session.cpp, before the exchange)",
    "HP08b": "Max-Forwards of an OPTIONS is forwarded as it came instead of one less (gateway/proxy/forwarding.cpp, append_request_fields)",
}
