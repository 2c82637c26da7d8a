"""Finds the demo images' code where it stands in the source tree."""

import importlib.util
import pathlib
import sys

IRIS = pathlib.Path(__file__).resolve().parents[3] / "conf/images/demo/iris"
sys.path.insert(0, str(IRIS / "common"))


def load(path):
    """A file of an image as a module of its own; both versions have a model.py."""
    file = IRIS / path
    spec = importlib.util.spec_from_file_location(path.replace("/", "_").replace(".", "_"), file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
