"""Seldon's V1 messages as its Python wrapper reads and writes them. No I/O, so every rule is tested without a socket."""

import json
import math


class BadInput(Exception):
    """The caller's mistake: answered 400 in the wrapper's shape."""


FEEDBACK_MEMBERS = ("request", "response", "reward", "truth")


def decode(text):
    """One JSON object, or the wrapper's complaint."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"Can't find JSON in data: {problem}") from None
    if not isinstance(message, dict):
        raise BadInput(f"Invalid JSON: expected an object, found {type(message).__name__}")
    return message


def read_rows(message, columns):
    """The rows of a prediction request and the kind they came in, "ndarray" or "tensor"."""
    data = message.get("data")
    if not isinstance(data, dict):
        raise BadInput('Can\'t find "data" with "ndarray" or "tensor" in the message')
    if "tensor" in data:
        return _rows_of_tensor(data["tensor"], columns), "tensor"
    if "ndarray" in data:
        return _checked(data["ndarray"], columns), "ndarray"
    raise BadInput('Unknown data type: this model takes "ndarray" or "tensor"')


def _rows_of_tensor(tensor, columns):
    if not isinstance(tensor, dict) or not isinstance(tensor.get("shape"), list):
        raise BadInput('A tensor needs "shape" and "values"')
    shape, values = tensor["shape"], tensor.get("values", [])
    if len(shape) != 2 or not all(type(size) is int and size >= 0 for size in shape):
        raise BadInput(f"The tensor's shape must be [rows, {columns}]")
    if not isinstance(values, list) or len(values) != shape[0] * shape[1]:
        raise BadInput("The number of values does not fit the tensor's shape")
    if shape[1] != columns:
        raise BadInput(f"Expected {columns} features in each row, found {shape[1]}")
    return _checked([values[at:at + columns] for at in range(0, len(values), columns)], columns)


def _checked(rows, columns):
    if not isinstance(rows, list):
        raise BadInput("ndarray must be a list of rows")
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            raise BadInput(f"Row {number} is not a list: ndarray must be a list of rows")
        if len(row) != columns:
            raise BadInput(f"Expected {columns} features in each row, found {len(row)} in row {number}")
        for value in row:
            if type(value) not in (int, float) or not _is_finite(value):
                raise BadInput(f"Row {number} holds something that is not a finite number")
    return rows


def _is_finite(value):
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond any float
        return False


def answer(rows, kind, names, meta):
    """A prediction in the same kind as its request."""
    if kind == "tensor":
        body = {"tensor": {"shape": [len(rows), len(names)], "values": [value for row in rows for value in row]}}
    else:
        body = {"ndarray": rows}
    return {"data": {"names": list(names), **body}, "meta": meta}


def request_meta(message, tags, unit, image):
    """`puid` only if the request had one, as the wrapper does."""
    meta = {"tags": tags, "requestPath": {unit: image}}
    given = message.get("meta")
    if isinstance(given, dict) and isinstance(given.get("puid"), str):
        meta["puid"] = given["puid"]
    return meta


def read_feedback(message):
    """Checks a feedback message; its reward. Unknown members are refused, as the wrapper's strict parser does."""
    for member in message:
        if member not in FEEDBACK_MEMBERS:
            raise BadInput(f'Invalid JSON: feedback has no member named "{member}"')
    reward = message.get("reward", 0)
    if type(reward) not in (int, float) or not _is_finite(reward):
        raise BadInput("reward must be a finite number")
    return reward


def answer_feedback(message):
    """An empty array in the request's kind."""
    request = message.get("request")
    data = request.get("data") if isinstance(request, dict) else None
    if isinstance(data, dict) and "ndarray" in data:
        return {"data": {"ndarray": []}, "meta": {}}
    return {"data": {"tensor": {"shape": [0]}}, "meta": {}}


def failure(status, text, reason):
    """The wrapper's error body; its `status` is a number, unlike everybody else's."""
    return status, {"status": {"code": -1, "info": text, "reason": reason, "status": 1}}
