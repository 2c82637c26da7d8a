"""TLS between a byte-level client and its socket: the case's bytes are what the records carry, a half-close is a close_notify."""
import asyncio
import ssl


def client_context(authority):
    return ssl.create_default_context(cafile=authority)


class TlsTransport(asyncio.Protocol):
    """A protocol to the socket, a transport to the protocol within. `ready` is done when the handshake is."""

    def __init__(self, within, context, name):
        self.within = within
        self.arriving, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self.arriving, self.leaving, server_hostname=name)
        self.ready = asyncio.get_running_loop().create_future()
        self.ended = False

    # Towards the socket.

    def connection_made(self, transport):
        self.transport = transport
        self.advance()

    def data_received(self, data):
        self.arriving.write(data)
        self.advance()

    def eof_received(self):
        self.arriving.write_eof()
        self.advance()
        return False

    def connection_lost(self, problem):
        if not self.ready.done():
            self.ready.set_exception(problem or ConnectionResetError("closed within the handshake"))
        else:
            self.within.connection_lost(problem)

    def advance(self):
        try:
            if not self.ready.done():
                self.session.do_handshake()
                self.ready.set_result(None)
                self.within.connection_made(self)
            while not self.ended:
                data = self.session.read(65_536)
                if data:
                    self.within.data_received(data)
                else:
                    self.end()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.end()
        except ssl.SSLError as problem:  # cut without a close_notify, or a record that is none
            if not self.ready.done():
                self.ready.set_exception(problem)
            else:
                self.ended = True
                self.within.connection_lost(problem)
        self.send()

    def end(self):
        if not self.ended:
            self.ended = True
            self.within.eof_received()

    def send(self):
        if self.leaving.pending and not self.transport.is_closing():
            self.transport.write(self.leaving.read())

    # Towards the protocol within.

    def write(self, data):
        if not self.transport.is_closing():
            self.session.write(data)
            self.send()

    def write_eof(self):
        """No more comes from here; what the peer still says is read."""
        try:
            self.session.unwrap()
        except ssl.SSLError:  # the peer has not said so yet
            pass
        self.send()

    def close(self):
        self.write_eof()
        self.transport.close()

    def abort(self):
        self.transport.abort()

    def get_extra_info(self, name):
        return self.transport.get_extra_info(name)
