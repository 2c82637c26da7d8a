export type Params = Readonly<Record<string, string>>;

/// Whether `pathname` is of the form `pattern`, and what stands in its variable places.
///
/// A pattern is `/deployments/:id/:tab?`: `:name` takes one segment, `?` at the end lets it be absent.
export function matchPath(pattern: string, pathname: string): Params | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = pathname.split('/').filter(Boolean);
  if (given.length > wanted.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index];
    if (!part.startsWith(':')) {
      if (value !== part) return null;
      continue;
    }
    const optional = part.endsWith('?');
    if (value === undefined) {
      if (!optional) return null;
      continue;
    }
    const decoded = decode(value);
    if (decoded === null) return null;
    params[part.slice(1, optional ? -1 : undefined)] = decoded;
  }
  return params;
}

/// Null where it cannot be decoded.
export function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/// `query` with the members of `changes` set; undefined, false and '' take one away.
export function withQuery(query: URLSearchParams, changes: QueryChanges): URLSearchParams {
  const result = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    result.delete(name);
    if (value === undefined || value === false || value === '') continue;
    if (Array.isArray(value)) for (const each of value) result.append(name, each);
    else result.set(name, value === true ? '1' : String(value));
  }
  return result;
}

export type QueryChanges = Record<string, string | number | boolean | readonly string[] | undefined>;
