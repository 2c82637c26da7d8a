export interface Credentials {
  endpoint: string;
  name: string;
  token: string;
}

/// A line for curl's --netrc-file and what reads ~/.netrc: known by the host alone, so one deployment for each file.
export function netrcText({ endpoint, name, token }: Credentials): string {
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  return `machine ${host} login ${name} password ${token}\n`;
}

/// Names and values as shells and most frameworks read them; MODELGATE_CLIENT_TOKEN is what `modelgate predict` reads.
export function envText({ endpoint, name, token }: Credentials): string {
  return `MODELGATE_ENDPOINT=${endpoint}\nMODELGATE_CLIENT_NAME=${name}\nMODELGATE_CLIENT_TOKEN=${token}\n`;
}
