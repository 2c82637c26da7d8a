/// `text` as one word of a POSIX shell.
export function shellQuote(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_\-./:=@%+,]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface Example {
  endpoint: string;
  /// The body's text; JSON.
  body: string;
  /// Absent on a public endpoint. The token is a secret that was just made, or else stands in a variable.
  client?: { name: string; token?: string | undefined } | undefined;
}

/// The one that `modelgate predict` reads, too.
const tokenVariable = 'MODELGATE_CLIENT_TOKEN';
const tokenHint = `export ${tokenVariable}=<client-token>`;

function needsVariable(example: Example): boolean {
  return example.client !== undefined && example.client.token === undefined;
}

/// In double quotes a variable is still filled in; names of clients and tokens have no character that means something there.
function credentials(client: NonNullable<Example['client']>): string {
  return client.token === undefined ? `"${client.name}:$${tokenVariable}"` : shellQuote(`${client.name}:${client.token}`);
}

export function curlCommand(example: Example): string {
  const lines = ['curl -X POST'];
  if (example.client) lines.push(`-u ${credentials(example.client)}`);
  lines.push(`-H 'Content-Type: application/json'`, `-d ${shellQuote(example.body)}`, shellQuote(example.endpoint));
  return (needsVariable(example) ? tokenHint + '\n' : '') + lines.join(' \\\n    ');
}

/// JSON's string literals are Python's, too.
export function pythonCode(example: Example): string {
  const { client } = example;
  const token = client?.token === undefined ? `os.environ["${tokenVariable}"]` : JSON.stringify(client.token);
  const auth = client ? `\n    auth=(${JSON.stringify(client.name)}, ${token}),` : '';
  return `${needsVariable(example) ? 'import os\n\n' : ''}import requests

answer = requests.post(
    ${JSON.stringify(example.endpoint)},
    data=${JSON.stringify(example.body)},
    headers={"Content-Type": "application/json"},${auth}
    timeout=60,
)
answer.raise_for_status()
print(answer.json())`;
}

export function javaScriptCode(example: Example): string {
  const token = example.client?.token === undefined ? `process.env.${tokenVariable}` : JSON.stringify(example.client.token);
  const authorization = example.client ? `\n    Authorization: \`Bearer \${${token}}\`,` : '';
  return `const answer = await fetch(${JSON.stringify(example.endpoint)}, {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',${authorization}
  },
  body: JSON.stringify(${example.body}),
});
if (!answer.ok) throw new Error(await answer.text());
console.log(await answer.json());`;
}

export function predictCommand(id: string, example: Example): string {
  const command = `modelgate predict ${shellQuote(id)} --data ${shellQuote(example.body)}`;
  if (!example.client) return command;
  return example.client.token === undefined
    ? `${tokenHint}\n${command}`
    : `${tokenVariable}=${shellQuote(example.client.token)} ${command}`;
}
