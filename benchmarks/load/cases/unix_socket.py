"""A replica that listens on a Unix-domain socket against one at a port."""
import os
import shutil

import proxies
from bench import OF_A_LOOP, closed

TITLE = "A replica on a Unix-domain socket"


def make_catalogue(folder):
    """One image of the bare model server for each way to listen."""
    for tag, arguments in (("port", ""), ("socket", ', "socket"')):
        image = os.path.join(folder, "bench", "model", tag)
        os.makedirs(image)
        shutil.copy(proxies.program("fake_upstream"), image)
        with open(os.path.join(image, "image.toml"), "w") as text:
            text.write(f'command = ["./fake_upstream"{arguments}]\nhealth_path = "/health/status"\nprotocol = "seldon"\n')
    return folder


def measure(bench):
    catalogue = make_catalogue(os.path.join(bench.folder, "catalogue"))
    of_port, of_socket = (bench.gate(None, image=f"bench/model:{tag}", catalogue=catalogue) for tag in ("port", "socket"))
    results = bench.alternate({"at a port": closed(of_port, 64), "on a socket": closed(of_socket, 64)})
    bench.table(results, ["cpu_us", *OF_A_LOOP])
    bench.ratio("CPU per request", results, "on a socket", "at a port", "cpu_us", 0.85)
