"""A client that does nothing but resumed TLS handshakes, one after the other, each on a connection of its own.

usage: handshakes.py PORT SECONDS PATH AUTHORIZATION     prints {"handshakes": N, "resumed": N, "p50_us": ..., "p99_us": ..., "p999_us": ...}
"""
import json
import socket
import ssl
import sys
import time

PATIENCE_SECONDS = 10


def connect(context, port, session=None):
    plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


def ticket(context, port, path, authorization):
    """A session to resume: the server tells of it after the handshake, so one request comes first."""
    with connect(context, port) as secure:
        fields = f"Host: localhost\r\nAuthorization: {authorization}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        secure.sendall(f"POST {path} HTTP/1.1\r\n{fields}".encode())
        while secure.recv(65536):
            pass
        return secure.session


def main():
    port, seconds, path, authorization = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a certificate made for this run
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    kept = ticket(context, port, path, authorization)
    took, resumed = [], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        with connect(context, port, kept) as secure:
            resumed += secure.session_reused
            took.append((time.monotonic() - begin) * 1e6)
    took.sort()
    shares = {name: took[int(share * len(took))] for name, share in (("p50_us", 0.5), ("p99_us", 0.99), ("p999_us", 0.999))} if took else {}
    print(json.dumps({"handshakes": len(took), "resumed": resumed, **shares}))


if __name__ == "__main__":
    main()
