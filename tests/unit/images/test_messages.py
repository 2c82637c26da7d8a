import unittest

import demo_images  # noqa: F401  (finds the module below)
import seldon_messages as messages
from seldon_server import Service, json_text


class Doubler:
    """A model whose answers are easy to foresee."""

    name, version, features, classes = "doubler", "7", ("a", "b"), ("x", "y")

    def predict(self, rows):
        return [[2 * value for value in row] for row in rows]


def post(path, body, content_type="application/json", method="POST", query=""):
    return Service(Doubler(), "model", "demo/doubler:7").handle(method, path, query, content_type, body.encode())


class predict(unittest.TestCase):
    META = {"tags": {"version": "7"}, "requestPath": {"model": "demo/doubler:7"}}

    def test_answers_ndarray_with_ndarray(self):
        self.assertEqual(post("/predict", '{"data":{"ndarray":[[1,2],[3,4.5]]}}'),
                         (200, {"data": {"names": ["x", "y"], "ndarray": [[2, 4], [6, 9.0]]}, "meta": self.META}))

    def test_answers_tensor_with_tensor(self):
        status, answer = post("/predict", '{"data":{"tensor":{"shape":[2,2],"values":[1,2,3,4]}}}')
        self.assertEqual((status, answer["data"]["tensor"]), (200, {"shape": [2, 2], "values": [2, 4, 6, 8]}))

    def test_takes_no_rows(self):
        self.assertEqual(post("/predict", '{"data":{"ndarray":[]}}')[1]["data"]["ndarray"], [])
        self.assertEqual(post("/predict", '{"data":{"tensor":{"shape":[0,2]}}}')[1]["data"]["tensor"],
                         {"shape": [0, 2], "values": []})

    def test_stands_under_every_path_of_the_wrapper(self):
        for path in ("/predict", "/api/v1.0/predictions", "/api/v0.1/predictions", "/api/v1.0/predict"):
            self.assertEqual(post(path, '{"data":{"ndarray":[[1,2]]}}')[0], 200, path)

    def test_keeps_a_puid_that_the_body_had(self):
        answer = post("/predict", '{"meta":{"puid":"p1"},"data":{"ndarray":[[1,2]]}}')[1]
        self.assertEqual(answer["meta"]["puid"], "p1")

    def test_reads_the_json_of_a_query_and_of_a_form(self):
        query = "json=%7B%22data%22%3A%7B%22ndarray%22%3A%5B%5B1%2C2%5D%5D%7D%7D"
        self.assertEqual(post("/predict", "", method="GET", query=query)[0], 200)
        self.assertEqual(post("/predict", query, content_type="application/x-www-form-urlencoded")[0], 200)

    def test_takes_json_that_curl_sent_as_a_form(self):
        body = '{"data":{"ndarray":[[1,2]]}}'
        self.assertEqual(post("/predict", body, content_type="application/x-www-form-urlencoded")[0], 200)

    def test_refuses_bad_input_in_the_wrappers_shape(self):
        deep = "[" * 100_000
        for body in ("", "nonsense", "[]", "{}", '{"data":[]}', '{"data":{}}', '{"data":{"tftensor":{}}}',
                     '{"data":{"ndarray":[1,2]}}', '{"data":{"ndarray":[[1]]}}', '{"data":{"ndarray":[[1,"2"]]}}',
                     '{"data":{"ndarray":[[1,true]]}}', '{"data":{"ndarray":[[1,NaN]]}}', '{"data":{"ndarray":{}}}',
                     '{"data":{"ndarray":[[1,1' + "0" * 400 + ']]}}', '{"data":{"tensor":{"values":[1,2]}}}',
                     '{"data":{"tensor":{"shape":[2],"values":[1,2]}}}', '{"data":{"tensor":{"shape":[1,3],"values":[1,2,3]}}}',
                     '{"data":{"tensor":{"shape":[2,2],"values":[1,2]}}}', '{"data":{"tensor":{"shape":[-1,-2],"values":[1,2]}}}',
                     '{"data":{"tensor":{"shape":[true,2],"values":[1,2]}}}', deep):
            status, answer = post("/predict", body)
            self.assertEqual(status, 400, body[:80])
            self.assertEqual({k: answer["status"][k] for k in ("code", "reason", "status")},
                             {"code": -1, "reason": "MICROSERVICE_BAD_DATA", "status": 1})
            self.assertTrue(answer["status"]["info"])

    def test_says_what_is_wrong(self):
        info = post("/predict", '{"data":{"ndarray":[[1,2],[1]]}}')[1]["status"]["info"]
        self.assertEqual(info, "Expected 2 features in each row, found 1 in row 1")
        self.assertTrue(post("/predict", "")[1]["status"]["info"].startswith("Can't find JSON in data"))


class feedback(unittest.TestCase):
    def test_answers_an_empty_array_in_the_requests_kind(self):
        self.assertEqual(post("/send-feedback", '{"reward":1.0}'), (200, {"data": {"tensor": {"shape": [0]}}, "meta": {}}))
        self.assertEqual(post("/api/v1.0/feedback", '{"request":{"data":{"ndarray":[[1,2]]}},"reward":0}'),
                         (200, {"data": {"ndarray": []}, "meta": {}}))

    def test_refuses_unknown_members_and_rewards_that_are_no_number(self):
        for body in ('{"rewards":1}', '{"reward":"1"}', '{"reward":Infinity}', '{"reward":true}'):
            self.assertEqual(post("/send-feedback", body)[0], 400, body)


class other_paths(unittest.TestCase):
    def test_health_metadata_and_document(self):
        self.assertEqual(post("/health/status", "", method="GET")[1]["strData"], "healthy")
        self.assertEqual(post("/api/v1.0/health/status", "", method="GET")[0], 200)
        self.assertEqual(post("/health/ping", "", method="GET"), (200, "pong"))
        self.assertEqual(post("/metadata", "", method="GET")[1]["versions"], ["7"])
        self.assertEqual(post("/seldon.json", "", method="GET")[1]["info"]["version"], "7")

    def test_refuses_what_is_not_there(self):
        self.assertEqual(post("/nothing", "{}")[0], 404)
        self.assertEqual(post("/predict", "{}", method="DELETE")[0], 405)

    def test_refuses_text_that_is_not_utf8(self):
        with self.assertRaises(messages.BadInput):
            json_text("POST", "", "application/json", b"\xff\xfe")


if __name__ == "__main__":
    unittest.main()
