"""Softmax regression of the species on the four lengths. The coefficients are fitted by fit.py."""

import json
import math
import pathlib

import iris
import seldon_server


class Model:
    name = "iris"
    version = "1.0"
    features = iris.FEATURES
    classes = iris.SPECIES

    def __init__(self, coefficients):
        self.weights = coefficients["weights"]
        self.intercepts = coefficients["intercepts"]

    @classmethod
    def load(cls, path=pathlib.Path(__file__).with_name("coefficients.json")):
        return cls(json.loads(path.read_text(encoding="ascii")))

    def predict(self, rows):
        return [self.probabilities(row) for row in rows]

    def probabilities(self, row):
        scores = [
            sum(weight * value for weight, value in zip(weights, row)) + intercept
            for weights, intercept in zip(self.weights, self.intercepts)
        ]
        if not all(map(math.isfinite, scores)):  # inputs near the end of what a float holds
            scores = [max(-1e300, min(1e300, score)) if score == score else 0.0 for score in scores]
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]


if __name__ == "__main__":
    seldon_server.main(Model.load())
