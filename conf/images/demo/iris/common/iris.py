"""The Iris data (R. A. Fisher, 1936; public domain): 150 flowers, four lengths in centimetres, three species."""

import csv
import pathlib

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
SPECIES = ("setosa", "versicolor", "virginica")


def load(path=pathlib.Path(__file__).with_name("iris.csv")):
    """Rows of four numbers, and the index of each row's species."""
    with open(path, newline="", encoding="ascii") as file:
        records = list(csv.DictReader(file))
    rows = [[float(record[feature]) for feature in FEATURES] for record in records]
    labels = [SPECIES.index(record["species"]) for record in records]
    return rows, labels
