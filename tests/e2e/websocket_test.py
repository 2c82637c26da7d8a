#!/usr/bin/env python3
"""WebSocket through a deployment that allows it, with a server and a client that know nothing of modelgate (python3-websockets)."""
import asyncio
import base64
import os
import re
import signal
import unittest

import websockets

from program import Program, wait_until

PATH = "/api/v1.0/predictions"


class Model:
    """A WebSocket server: answers each message with what it is, after the user that asks."""

    def __init__(self):
        self.heads = []

    async def serve(self, connection):
        self.heads.append(connection.request_headers)
        user = connection.request_headers.get("X-Forwarded-User", "nobody")
        try:
            async for message in connection:
                await connection.send(message if isinstance(message, bytes) else f"{user}: {message}")
        except websockets.ConnectionClosedError:
            pass  # a tunnel was cut: that is what one of the tests is about


class WebSocket(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.model = Model()
        self.server = await websockets.serve(self.model.serve, "127.0.0.1", 0, max_size=None)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        self.program = Program()
        await self.off_loop(self.program.start)
        await self.off_loop(self.program.prepare)

    async def asyncTearDown(self):
        await self.off_loop(self.program.__exit__)
        self.server.close()
        await self.server.wait_closed()

    async def off_loop(self, call, *arguments):
        """The program is driven with calls that block, and the server answers its probes meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(None, call, *arguments)

    async def deploy(self, identifier, allow, **more):
        document = {"id": identifier, "name": identifier, "group": "research", "external": {"urls": [self.url]},
                    "serving": {"allowUpgrade": allow}, **more}
        await self.off_loop(self.program.must, "POST", "/deployments", document)
        await self.off_loop(self.program.wait_for, identifier)

    def connect(self, identifier, **options):
        return websockets.connect(f"ws://{self.program.ports['prediction']}/deployment/{identifier}{PATH}", open_timeout=60, **options)

    def metric(self, series):
        connection = self.program.connect("metrics")
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
        return float(found[1]) if found else None

    def takes_nobody(self):
        connection = self.program.connect("prediction")
        try:
            connection.connect()
            return False
        except ConnectionRefusedError:
            return True
        finally:
            connection.close()

    async def test_messages_go_both_ways_and_the_model_learns_who_sends_them(self):
        await self.deploy("talk", True, endpointAccessType="private")
        token = (await self.off_loop(self.program.must, "POST", "/deployments/talk/clients", {"name": "app"}))["token"]
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await self.connect("talk")
        self.assertEqual(refused.exception.status_code, 401)
        credentials = {"Authorization": "Basic " + base64.b64encode(f"app:{token}".encode()).decode(), "X-Forwarded-User": "mallory"}
        async with self.connect("talk", extra_headers=credentials, subprotocols=["v2", "v1"], max_size=None) as socket:
            await socket.send("hello")
            self.assertEqual(await socket.recv(), "app: hello")
            large = os.urandom(4_000_000)
            await socket.send(large)
            self.assertEqual(await socket.recv(), large)
            await (await socket.ping())
            self.assertEqual(await self.off_loop(self.metric, "modelgate_tunnels_open"), 1)
        head = self.model.heads[-1]
        self.assertNotIn("Authorization", head)
        self.assertEqual(head.get_all("X-Forwarded-User"), ["app"])
        self.assertEqual(head.get_all("Via"), ["1.1 modelgate"])
        closed = 'modelgate_tunnels_total{outcome="closed"}'
        await self.off_loop(wait_until, lambda: self.metric(closed) == 1, "the tunnel's end is counted")
        self.assertEqual(await self.off_loop(self.metric, "modelgate_tunnels_open"), 0)

    async def test_a_deployment_that_does_not_allow_it_stays_http(self):
        await self.deploy("plain", False)
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await self.connect("plain")
        self.assertEqual(refused.exception.status_code, 426)  # what this server answers to a request that asks for no WebSocket
        self.assertEqual(self.model.heads, [])
        # Allowed from now on, without a restart of anything.
        patch = lambda: self.program.must("PATCH", "/deployments/plain", {"serving": {"allowUpgrade": True}}, If_Match="*")  # noqa: E731
        await self.off_loop(patch)
        await self.off_loop(self.program.wait_for, "plain")
        async with self.connect("plain") as socket:
            await socket.send("hello")
            self.assertEqual(await socket.recv(), "nobody: hello")

    async def test_the_end_of_the_program_is_the_end_of_a_tunnel(self):
        await self.deploy("talk", True)
        async with self.connect("talk") as socket:
            await socket.send("hello")
            self.assertEqual(await socket.recv(), "nobody: hello")
            self.program.process.send_signal(signal.SIGTERM)
            await self.off_loop(wait_until, self.takes_nobody, "the drain begins")
            await socket.send("still")
            self.assertEqual(await socket.recv(), "nobody: still")
            cut = asyncio.create_task(socket.recv())
            while not cut.done():  # another signal, a while after the first, does not wait for what is open
                self.program.process.send_signal(signal.SIGTERM)
                await asyncio.wait({cut}, timeout=0.1)
            self.assertIsInstance(cut.exception(), websockets.ConnectionClosedError)
            self.assertIn("a second signal", await self.off_loop(self.program.log))
        await self.off_loop(self.program.process.wait)


if __name__ == "__main__":
    unittest.main(verbosity=2)
