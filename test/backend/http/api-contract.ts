import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OPERATIONS, openApiDocument } from '../../../backend/http/openapi-document.ts';

const DOCUMENT = 'openapi';
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(JSON.parse(JSON.stringify(openApiDocument())), DOCUMENT);

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
}

export interface GivenAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** Parsed JSON; anything where it is none. */
  readonly body: unknown;
}

/**
 * Throws where an answer is not as the OpenAPI document says, or where a request that was answered
 * sent what the document does not know.
 */
export function requireAsDocumented(request: SentRequest, given: GivenAnswer): void {
  const operation = OPERATIONS.find(
    ({ method, path }) =>
      method === request.method.toLowerCase() && patternOf(path).test(request.path),
  );
  const label = `${request.method} ${request.path}: ${given.status}`;
  if (operation === undefined) {
    assert.equal(given.status, 404, `${label}, and no such route is documented`);
    return;
  }
  const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
  const place = ['paths', path, operation.method];
  const type = given.contentType?.replace(/;.*$/, '') ?? '';
  const answer = ['responses', `${given.status}`, 'content', type, 'schema'];
  if (given.status === 304) return;
  const validate = schemaAt([...place, ...answer]);
  assert(validate !== undefined, `${label} as ${type} is not documented`);
  if (!type.endsWith('json')) return;
  assert(validate(given.body), `${label}: ${ajv.errorsText(validate.errors)}`);
  if (given.status >= 400 || request.contentType === undefined) return;
  const body = ['requestBody', 'content', request.contentType, 'schema'];
  assert(
    schemaAt([...place, ...body]),
    `${label}: no body of ${request.contentType} is documented`,
  );
}

function schemaAt(place: readonly string[]): ReturnType<typeof ajv.getSchema> {
  const pointer = place.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  try {
    return ajv.getSchema(`${DOCUMENT}#/${pointer.map(encodeURIComponent).join('/')}`);
  } catch {
    return undefined;
  }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
}
