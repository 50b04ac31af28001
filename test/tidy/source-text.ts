/** A stretch of TypeScript text that is no code. Its delimiters belong to it. */
interface Span {
  readonly kind: 'comment' | 'string' | 'regular-expression';
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[\w$]+|\s+|[\s\S]/y;
const TEMPLATE_CHUNK = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const WORD_BEFORE_EXPRESSION = /^(?:return|typeof|case|in|of|void|yield|await|else|throw|delete)$/;

/**
 * The text with comments and the contents of strings and regular expressions replaced by spaces,
 * so that a pattern cannot match inside them. Quotes, length and line breaks stay: an offset found
 * in the result names the same place in the source.
 */
export function codeOf(text: string): string {
  let code = '';
  let copied = 0;
  for (const { kind, start, end } of spansOf(text)) {
    const edge = kind === 'comment' ? 0 : 1;
    code += text.slice(copied, start + edge) + blank(text.slice(start + edge, end - edge));
    copied = end - edge;
  }
  return code + text.slice(copied);
}

/** The contents of every plain string literal, with the offset of its first quote. */
export function stringLiterals(
  text: string,
): { readonly value: string; readonly offset: number }[] {
  return spansOf(text)
    .filter(({ kind }) => kind === 'string')
    .map(({ start, end }) => ({ value: text.slice(start + 1, end - 1), offset: start }));
}

/** The offset just after the bracket that closes the one at `open`; the end if nothing closes it. */
export function endOfBracket(code: string, open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index += 1) {
    if ('([{'.includes(code.charAt(index))) depth += 1;
    if (')]}'.includes(code.charAt(index))) depth -= 1;
    if (depth === 0) return index + 1;
  }
  return code.length;
}

/** A small scanner, because a pattern alone cannot tell a quote in a comment from a string. */
function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  const openTemplates: number[] = [];
  let braces = 0;
  let previous = '';
  let index = 0;
  while (index < text.length) {
    const token = matchAt(TOKEN, text, index) ?? text.charAt(index);
    const leavesExpression = token === '}' && openTemplates.at(-1) === braces;
    const start = index;
    if (token === '`' || leavesExpression) {
      if (leavesExpression) openTemplates.pop();
      const chunk = matchAt(TEMPLATE_CHUNK, text, index + 1) ?? text.slice(index + 1);
      if (chunk.endsWith('${')) openTemplates.push(braces);
      index += 1 + chunk.length;
      // The two characters `${` open code again, so the span ends before the brace.
      spans.push({ kind: 'string', start, end: index });
      previous = ')';
      continue;
    }
    const expression = token === '/' && mayBeginExpression(previous);
    const whole = expression ? (matchAt(REGULAR_EXPRESSION, text, index) ?? token) : token;
    index += whole.length;
    const kind = kindOf(token, whole);
    if (kind !== undefined) spans.push({ kind, start, end: index });
    if (token === '{') braces += 1;
    if (token === '}') braces -= 1;
    if (kind === undefined && token.trim() !== '') previous = token;
    if (kind === 'string' || kind === 'regular-expression') previous = ')';
  }
  return spans;
}

function kindOf(token: string, whole: string): Span['kind'] | undefined {
  if (token.startsWith('//') || token.startsWith('/*')) return 'comment';
  if (token.length > 1 && (token.startsWith("'") || token.startsWith('"'))) return 'string';
  return whole.length > token.length ? 'regular-expression' : undefined;
}

/** After a value a slash divides; after anything else it opens a regular expression. */
function mayBeginExpression(previous: string): boolean {
  return !/[\w$)\]}]$/.test(previous) || WORD_BEFORE_EXPRESSION.test(previous);
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}
