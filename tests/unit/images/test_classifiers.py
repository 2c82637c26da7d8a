import json
import math
import unittest

from demo_images import IRIS, load

import iris

softmax = load("1.0/model.py")
neighbours = load("2.0/model.py")
fit = load("1.0/fit.py")
ROWS, LABELS = iris.load()


def accuracy(model, rows=ROWS, labels=LABELS):
    return sum(p.index(max(p)) == label for p, label in zip(model.predict(rows), labels)) / len(rows)


class iris_data(unittest.TestCase):
    def test_is_fishers(self):
        self.assertEqual(len(ROWS), 150)
        self.assertEqual([LABELS.count(k) for k in range(3)], [50, 50, 50])
        means = [round(sum(column) / 150, 3) for column in zip(*ROWS)]
        self.assertEqual(means, [5.843, 3.057, 3.758, 1.199])


class softmax_regression(unittest.TestCase):
    def test_is_right_about_most_flowers(self):
        self.assertGreaterEqual(accuracy(softmax.Model.load()), 0.96)

    def test_gives_probabilities(self):
        for row in softmax.Model.load().predict(ROWS):
            self.assertAlmostEqual(sum(row), 1)
            self.assertTrue(all(0 <= p <= 1 for p in row))

    def test_stays_finite_for_absurd_lengths(self):
        for row in ([1e308, -1e308, 1e308, 1e308], [10**300, 0, -(10**300), 0]):
            (answer,) = softmax.Model.load().predict([row])
            self.assertTrue(all(map(math.isfinite, answer)), answer)

    def test_coefficients_are_what_the_script_fits(self):
        committed = json.loads((IRIS / "1.0/coefficients.json").read_text())
        for line, weights, intercept in zip(fit.fit(ROWS, LABELS, 3), committed["weights"], committed["intercepts"]):
            for found, expected in zip(line, weights + [intercept]):
                self.assertAlmostEqual(found, expected, places=4)


class nearest_neighbours(unittest.TestCase):
    def test_is_right_about_flowers_it_has_not_seen(self):
        right = 0
        for left_out in range(150):
            others = ROWS[:left_out] + ROWS[left_out + 1:], LABELS[:left_out] + LABELS[left_out + 1:]
            (answer,) = neighbours.Model(*others).predict([ROWS[left_out]])
            right += answer.index(max(answer)) == LABELS[left_out]
        self.assertGreaterEqual(right / 150, 0.96)

    def test_gives_the_share_of_each_species(self):
        model = neighbours.Model([[0.0], [1.0], [5.0]], [0, 1, 2], neighbours=2)
        self.assertEqual(model.predict([[0.4]]), [[0.5, 0.5, 0.0]])


if __name__ == "__main__":
    unittest.main()
