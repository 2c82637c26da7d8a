"""Fits coefficients.json: python3 fit.py. Newton's method on the ridge-penalised likelihood, standard library only.

The classes can almost be told apart without error, so without a penalty the coefficients would grow far beyond what 150 rows say.
"""

import json
import math
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "common"))

import iris  # noqa: E402  (found through the line above)

RIDGE = 0.05
STEPS = 50


def solve(matrix, right):
    """Gaussian elimination with partial pivoting."""
    size = len(right)
    rows = [list(line) + [value] for line, value in zip(matrix, right)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for r in range(column + 1, size):
            factor = rows[r][column] / rows[column][column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[column])]
    answer = [0.0] * size
    for r in reversed(range(size)):
        known = sum(rows[r][c] * answer[c] for c in range(r + 1, size))
        answer[r] = (rows[r][size] - known) / rows[r][r]
    return answer


def softmax(scores):
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def fit(rows, labels, classes):
    """One list of weights per class with the intercept last."""
    inputs = [list(row) + [1.0] for row in rows]
    width = len(inputs[0])
    penalty = [RIDGE] * (width - 1) + [1e-9]  # the intercepts are free; the tiny penalty makes their sum definite
    weights = [[0.0] * width for _ in range(classes)]
    for _ in range(STEPS):
        size = classes * width
        gradient = [penalty[at % width] * weights[at // width][at % width] for at in range(size)]
        hessian = [[penalty[i % width] if i == j else 0.0 for j in range(size)] for i in range(size)]
        for values, label in zip(inputs, labels):
            chances = softmax([sum(w * v for w, v in zip(line, values)) for line in weights])
            for a in range(classes):
                miss = chances[a] - (1.0 if a == label else 0.0)
                for i in range(width):
                    gradient[a * width + i] += miss * values[i]
                for b in range(classes):
                    curve = chances[a] * ((1.0 if a == b else 0.0) - chances[b])
                    for i in range(width):
                        line = hessian[a * width + i]
                        scaled = curve * values[i]
                        for j in range(width):
                            line[b * width + j] += scaled * values[j]
        step = solve(hessian, gradient)
        for at, change in enumerate(step):
            weights[at // width][at % width] -= change
        if max(map(abs, step)) < 1e-10:
            break
    return weights


def accuracy(weights, rows, labels):
    right = 0
    for row, label in zip(rows, labels):
        scores = [sum(w * v for w, v in zip(line, list(row) + [1.0])) for line in weights]
        right += scores.index(max(scores)) == label
    return right / len(rows)


def main():
    rows, labels = iris.load()
    weights = fit(rows, labels, len(iris.SPECIES))
    found = {
        "weights": [[round(value, 6) for value in line[:-1]] for line in weights],
        "intercepts": [round(line[-1], 6) for line in weights],
    }
    (FOLDER / "coefficients.json").write_text(json.dumps(found, indent=2) + "\n", encoding="ascii")
    print(f"accuracy on the 150 rows: {accuracy(weights, rows, labels):.3f}")


if __name__ == "__main__":
    main()
