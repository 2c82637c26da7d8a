"""Cases that modelgate fails and that somebody knows of: id -> what is wrong and where. Each run prints them.

Nothing stands here because it is hard; a case leaves the list with the change that mends it.
"""
KNOWN_FAULTS = {}
