"""The queries that stand in the tests of tests/e2e as one text, as JSON."""
import ast
import glob
import json
import os
import re

E2E = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e")
BEGINNING = re.compile(r"\s*(\{|(query|mutation|subscription|fragment)\b[^{]*\{)")
found = set()
for name in sorted(glob.glob(os.path.join(E2E, "*primehub*.py"))):
    with open(name) as file:
        tree = ast.parse(file.read())
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.BinOp)) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces and BEGINNING.match(node.value):
            found.add(node.value)
print(json.dumps(sorted(each for each in found if not each.lstrip().startswith('{"'))))
