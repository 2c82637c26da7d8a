#!/usr/bin/env python3
"""Makes the page at /api/docs from the API's document: every operation and every schema, readable without a script.

    api_docs.py openapi.json OUTPUT.html
"""
import html
import json
import sys
from pathlib import Path

METHODS = ("get", "post", "put", "patch", "delete")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/plain.css">
</head>
<body>
<main>
<h1>{title}</h1>
<p>{summary} {description}</p>
<p>Programs send <code>Authorization: Bearer mga_...</code>, the token of <code>POST /api/v1/tokens</code>. Browsers have the session's cookie.
The same as a document of OpenAPI {version}: <a href="/api/v1/openapi.json"><code>/api/v1/openapi.json</code></a>, with a token.</p>
<nav aria-label="Contents"><ul>
{contents}<li><a href="#schemas">Schemas</a></li>
</ul></nav>
{sections}<section aria-labelledby="schemas">
<h2 id="schemas">Schemas</h2>
{schemas}</section>
</main>
</body>
</html>
"""


def text(value):
    return html.escape(str(value))


def code(value):
    return f"<code>{text(value)}</code>"


def slug(name):
    return name.lower().replace(" ", "-")


def table(heads, rows):
    if not rows:
        return ""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    # Wider than a telephone, a table is moved sideways, by keyboard too.
    return f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>\n{lines}</tbody></table></div>\n'


class Page:
    # Ids stand inside the details, so that following a link opens them.
    def __init__(self, document):
        self.document = document

    def resolved(self, value):
        while "$ref" in value:
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            value = target
        return value

    def kind(self, schema):
        """What a value is, in a few words; schemas with a name are linked to."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return f'<a href="#schema-{slug(name)}">{text(name)}</a>'
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return " or ".join(self.kind(each) for each in schema[word])
        if "allOf" in schema:
            return " and ".join(self.kind(each) for each in schema["allOf"])
        if "const" in schema:
            return code(json.dumps(schema["const"]))
        if "enum" in schema:
            return " or ".join(code(json.dumps(each)) for each in schema["enum"])
        kinds = schema.get("type", "any")
        words = []
        for each in [kinds] if isinstance(kinds, str) else kinds:
            if each == "array":
                words.append("list of " + self.kind(schema.get("items", {})))
            elif each == "object" and isinstance(schema.get("additionalProperties"), dict):
                words.append("map of " + self.kind(schema["additionalProperties"]))
            else:
                words.append(text(each))
        return " or ".join(words) + self.bounds(schema)

    @staticmethod
    def bounds(schema):
        said = []
        if "pattern" in schema:
            said.append(code(schema["pattern"]))
        for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
            if low in schema or high in schema:
                said.append(f"{schema.get(low, '')}..{schema.get(high, '')}")
        return ", " + ", ".join(said) if said else ""

    def parameters(self, given):
        rows = []
        for each in map(self.resolved, given):
            needed = " <strong>required</strong>" if each.get("required") else ""
            rows.append((code(each["name"]), text(each["in"]) + needed, self.kind(each.get("schema", {})), text(each.get("description", ""))))
        return table(("Parameter", "In", "What", ""), rows)

    def content(self, media_types):
        return ", ".join(f"{code(name)} {self.kind(media.get('schema', {}))}" for name, media in media_types.items())

    def body(self, body):
        if not body:
            return ""
        needed = "" if body.get("required") else " (may be left out)"
        said = f"<p>Body{needed}: {self.content(body['content'])}</p>\n"
        for media in body["content"].values():
            if "example" in media:
                said += f'<pre tabindex="0">{text(json.dumps(media["example"], indent=2))}</pre>\n'
        return said

    def answers(self, responses):
        rows = []
        for status, each in responses.items():
            answer = self.resolved(each)
            rows.append((code(status), text(answer.get("description", "")), self.content(answer.get("content", {}))))
        return table(("Answer", "When", "Body"), rows)

    def operation(self, path, method, item):
        described = item[method]
        prefix = (item.get("servers") or self.document["servers"])[0]["url"].rstrip("/")
        name = described["operationId"]
        quiet = "" if described.get("security", self.document["security"]) else '<p class="quiet">Takes no token.</p>\n'
        return (f'<details><summary><span class="method">{method.upper()}</span> {code(prefix + path)} '
                f'<span class="quiet">{text(described.get("summary", ""))}</span></summary>\n<div class="inside" id="{text(name)}">\n'
                + quiet + "".join(f"<p>{text(each)}</p>\n" for each in filter(None, [described.get("description")]))
                + self.parameters(item.get("parameters", []) + described.get("parameters", []))
                + self.body(described.get("requestBody")) + self.answers(described["responses"]) + "</div></details>\n")

    def sections(self):
        for tag in self.document["tags"]:
            operations = "".join(self.operation(path, method, item) for path, item in self.document["paths"].items()
                                 for method in METHODS if method in item and tag["name"] in item[method]["tags"])
            yield (f'<section aria-labelledby="{slug(tag["name"])}">\n<h2 id="{slug(tag["name"])}">{text(tag["name"])}</h2>\n'
                   f'<p>{text(tag.get("description", ""))}</p>\n{operations}</section>\n')

    def members(self, schema):
        needed = schema.get("required", [])
        rows = [(code(name), self.kind(member) + (" <strong>required</strong>" if name in needed else ""),
                 text(member.get("description", ""))) for name, member in schema.get("properties", {}).items()]
        return table(("Member", "What", ""), rows)

    def schemas(self):
        for name, schema in self.document["components"]["schemas"].items():
            yield (f'<details><summary>{text(name)}</summary>\n<div class="inside" id="schema-{slug(name)}">\n'
                   f'<p>{text(schema.get("description", ""))} <span class="quiet">{self.kind(schema)}</span></p>\n'
                   f"{self.members(schema)}</div></details>\n")

    def made(self):
        about = self.document["info"]
        return PAGE.format(
            title=text(about["title"]), summary=text(about.get("summary", "")), description=text(about.get("description", "")),
            version=text(self.document["openapi"]), sections="".join(self.sections()), schemas="".join(self.schemas()),
            contents="".join(f'<li><a href="#{slug(each["name"])}">{text(each["name"])}</a></li>\n' for each in self.document["tags"]))


def main(source, output):
    Path(output).write_text(Page(json.loads(Path(source).read_text())).made())


main(*sys.argv[1:])
