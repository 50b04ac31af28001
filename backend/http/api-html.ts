import { STATUS_BY_CODE } from './api-error.ts';
import {
  errorsOf,
  GROUP_BY_ACCESS,
  type Group,
  OPERATIONS,
  openApiDocument,
} from './openapi-document.ts';
import type { Operation } from './operation.ts';

type ApiDocument = ReturnType<typeof openApiDocument>;

/** In a file of its own on the page: the content policy lets nothing run or style from within. */
export const API_STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #56647f; --paper: #f5f6fa; --card: #ffffff;
  --line: #d9deea; --accent: #1d5fd1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf6; --soft: #a3aec6; --paper: #11151f;
  --card: #1b2130; --line: #2d364b; --accent: #7aa7ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; } h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
a { color: var(--accent); }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .5rem 0;
  padding: .6rem 1rem; }
summary { cursor: pointer; } summary code { font-weight: 600; }
h3 { font-size: .85rem; color: var(--soft); margin: 1rem 0 .25rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88rem; }
pre { overflow-x: auto; margin: 0; padding: .6rem; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
.soft { color: var(--soft); }
`;

/** The OpenAPI document as one page that needs no script. */
export function apiHtml(): string {
  const document = openApiDocument();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kazasu API</title>
<link rel="stylesheet" href="/api/style.css">
</head>
<body>
<main>
<h1>Kazasu API</h1>
<p>${escaped(document.info.description ?? '')} The same for machines: <a href="/openapi.json">openapi.json</a>.</p>
${Object.values(GROUP_BY_ACCESS)
  .map((group) => groupHtml(group, document))
  .join('')}
<h2>Shapes</h2>
${Object.entries(document.components?.schemas ?? {})
  .map(shapeHtml)
  .join('')}
</main>
</body>
</html>
`;
}

function groupHtml(group: Group, document: ApiDocument): string {
  const operations = OPERATIONS.filter(({ access }) => GROUP_BY_ACCESS[access] === group);
  const list = operations.map((one) => operationHtml(one, document)).join('');
  return `<h2>${escaped(group.name)}</h2>\n<p>${escaped(group.description)}</p>\n${list}`;
}

function operationHtml(operation: Operation, { paths }: ApiDocument): string {
  const { method, path, summary, statuses } = operation;
  const open = path.replaceAll(/:(\w+)/g, '{$1}');
  const described = paths?.[open]?.[method];
  const body = described?.requestBody;
  const parts = [
    ...(described?.parameters ? [jsonHtml('Parameters', described.parameters)] : []),
    ...(body && 'content' in body ? [jsonHtml('Body', body.content)] : []),
    `<h3>Answers</h3>${tableHtml(Object.entries(statuses))}`,
    ...Object.keys(statuses)
      .slice(0, 1)
      .map((status) => {
        const answer: unknown = described?.responses?.[status];
        const hasContent = typeof answer === 'object' && answer !== null && 'content' in answer;
        return hasContent ? jsonHtml('Content', answer.content) : '';
      }),
    `<h3>Errors</h3>${tableHtml(errorsOf(operation).map((code) => [code, `${STATUS_BY_CODE[code]}`]))}`,
  ];
  const head = `<code>${method.toUpperCase()} ${escaped(open)}</code> <span class="soft">${escaped(summary)}</span>`;
  return `<details id="${escaped(operation.id)}"><summary>${head}</summary>${parts.join('')}</details>\n`;
}

function shapeHtml([name, schema]: readonly [string, unknown]): string {
  return `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${preHtml(schema)}</details>\n`;
}

function jsonHtml(title: string, content: unknown): string {
  return `<h3>${title}</h3>${preHtml(content)}`;
}

function preHtml(content: unknown): string {
  return `<pre tabindex="0">${escaped(JSON.stringify(content, undefined, 2))}</pre>`;
}

function tableHtml(rows: readonly (readonly string[])[]): string {
  const rowHtml = (row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  return `<table>${rows.map(rowHtml).join('')}</table>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
