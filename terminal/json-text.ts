/** The value of a JSON text, or `undefined`: the parser's own error would quote it, and it may hold keys. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
