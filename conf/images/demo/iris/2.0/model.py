"""k-nearest-neighbours over the 150 rows: a species' probability is its share of the nearest flowers."""

import heapq
import math

import iris
import seldon_server

NEIGHBOURS = 15


class Model:
    name = "iris"
    version = "2.0"
    features = iris.FEATURES
    classes = iris.SPECIES

    def __init__(self, rows, labels, neighbours=NEIGHBOURS):
        self.flowers = list(zip(rows, labels))
        self.neighbours = neighbours

    def predict(self, rows):
        return [self.probabilities(row) for row in rows]

    def probabilities(self, row):
        nearest = heapq.nsmallest(self.neighbours, ((math.dist(row, flower), label) for flower, label in self.flowers))
        shares = [0] * len(self.classes)
        for _, label in nearest:
            shares[label] += 1
        return [share / len(nearest) for share in shares]


if __name__ == "__main__":
    seldon_server.main(Model(*iris.load()))
