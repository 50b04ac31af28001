import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../backend/http/listen.ts';
import { OPERATIONS, openApiDocument } from '../../../backend/http/openapi-document.ts';
import type { Access, Operation } from '../../../backend/http/operation.ts';
import { Scenario } from '../scenario.ts';
import { requireAsDocumented } from './api-contract.ts';
import { quietService } from './quiet-service.ts';

const RUNS = 25;
const TOKEN_FILE: Readonly<Partial<Record<Access, string>>> = {
  operator: 'operator-token',
  carrier: 'carrier-token',
  payment: 'payment-token',
};

let scenario: Scenario;
let server: Awaited<ReturnType<typeof listen>>;
let lines: string[];

beforeAll(async () => {
  scenario = await Scenario.open();
  lines = [];
  const app = scenario.backend.app(
    () => undefined,
    quietService((line) => lines.push(line)),
  );
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await scenario.remove();
});

const awkwardText = fc.constantFrom('', '0', '-1', '1e3', '%', '%ff', '..', "' OR 1=1", '\u0000');
const anyNumber = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer(), fc.double());
/** Mostly what a field may be, and then anything. */
const anyField = fc.oneof(
  anyNumber,
  fc.constantFrom('lock', 'unlock', '+819012345678', 'Hanako'),
  fc.string({ unit: 'binary' }),
  awkwardText,
  fc.constantFrom(null, true, [], {}),
);

/** Values of a path parameter: what its schema allows, near it, and far from it. */
function pathValue(name: string): fc.Arbitrary<string> {
  const right: Readonly<Record<string, fc.Arbitrary<string>>> = {
    hash: fc.string({ unit: fc.constantFrom('0', 'f'), minLength: 64, maxLength: 64 }),
    month: fc.constantFrom('2026-11', '2026-13'),
  };
  const number = fc.integer({ min: 1, max: 3 }).map(String);
  return fc.oneof(
    { weight: 4, arbitrary: right[name] ?? number },
    awkwardText,
    fc.string({ unit: 'binary', minLength: 1 }),
  );
}

/** A body with the fields that the document names, each with any value, or with one more or less. */
function bodyOf(operation: Operation): fc.Arbitrary<string> {
  const anything = fc.oneof(fc.json(), fc.string(), awkwardText);
  const fields = bodyFields(operation);
  if (fields.length === 0) return anything;
  const known = fc.record(Object.fromEntries(fields.map((field) => [field, anyField])), {
    requiredKeys: [],
  });
  const written = known.map((body) => JSON.stringify(body));
  return fc.oneof({ weight: 4, arbitrary: written }, anything);
}

function bodyFields({ path, method }: Operation): string[] {
  const { paths } = JSON.parse(JSON.stringify(openApiDocument()));
  const { requestBody } = paths[path.replaceAll(/:(\w+)/g, '{$1}')][method];
  const schema = requestBody?.content['application/json']?.schema;
  return Object.keys(schema?.properties ?? {});
}

describe('every operation, asked for anything,', () => {
  it.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    '%s: is answered as documented, by no fault of ours, and logged',
    async (_id, operation) => {
      const { method, path, access } = operation;
      const file = TOKEN_FILE[access];
      const token = file && readFileSync(join(scenario.folder, file), 'utf8').trim();
      const names = [...path.matchAll(/:(\w+)/g)].map(({ 1: name = '' }) => name);
      const sent = fc.record({
        values: fc.tuple(...names.map(pathValue)),
        authorization: fc.constantFrom(`Bearer ${token}`, `Bearer ${token}`, 'Bearer x', undefined),
        contentType: fc.constantFrom(
          'application/json',
          'application/octet-stream',
          'text/plain',
          '',
        ),
        length: fc.constantFrom('1', '4', '0', '-1', '9999999', 'x', undefined),
        body: bodyOf(operation),
      });
      await fc.assert(
        fc.asyncProperty(sent, async ({ values, authorization, contentType, length, body }) => {
          const filled = names.reduce(
            (text, name, index) =>
              text.replace(`:${name}`, encodeURIComponent(values[index] ?? '')),
            path,
          );
          const headers = new Headers({ 'content-type': contentType });
          if (authorization !== undefined) headers.set('authorization', authorization);
          if (length !== undefined) headers.set('upload-length', length);
          headers.set('upload-offset', '0');
          const url = new URL(filled, server.url);
          const logged = lines.length;
          const init = { method: method.toUpperCase(), headers };
          const response = await fetch(url, method === 'get' ? init : { ...init, body });
          const text = await response.text();
          const { status } = response;
          expect(status).toBeLessThan(500);
          const answeredType = response.headers.get('content-type');
          const isJson = answeredType?.includes('json') === true;
          requireAsDocumented(
            { method, path: url.pathname, contentType: undefined },
            { status, contentType: answeredType, body: isJson ? JSON.parse(text) : text },
          );
          while (lines.length === logged) await new Promise((resolve) => setImmediate(resolve));
          const line = JSON.parse(lines.at(-1) ?? '');
          expect(line).toMatchObject({ status, method: method.toUpperCase() });
          if (status >= 400) expect(line.code).toBe(JSON.parse(text).code);
          expect(lines.at(-1)).not.toContain(token ?? 'no token');
        }),
        { numRuns: RUNS },
      );
    },
  );
});
