import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { STATUS_BY_CODE } from '../../../backend/http/api-error.ts';
import { errorsOf, OPERATIONS, openApiDocument } from '../../../backend/http/openapi-document.ts';
import { requireAsDocumented } from './api-contract.ts';

describe('openApiDocument', () => {
  it('has no fault that a linter finds', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const source = JSON.stringify(openApiDocument());
    const faults = await lintFromString({ source, config });
    expect(faults.map(({ ruleId, message, location }) => [ruleId, message, location])).toEqual([]);
  });

  it('says in which type a number of a path is', () => {
    const { paths } = JSON.parse(JSON.stringify(openApiDocument()));
    expect(paths['/windows/{number}/close'].post.parameters).toEqual([
      {
        in: 'path',
        name: 'number',
        required: true,
        schema: { type: 'integer', minimum: 1, maximum: 0xffff_ffff },
      },
    ]);
  });

  it.each([
    ['another status', 202, { status: 'live' }],
    ['another content', 200, { status: 'alive' }],
    ['a field more', 200, { status: 'live', uptime: 3 }],
  ])('tells answers with %s from what it says', (_what, status, body) => {
    const given = { status, contentType: 'application/json', body };
    const sent = { method: 'GET', path: '/livez', contentType: undefined };
    expect(() => requireAsDocumented(sent, given)).toThrow('GET /livez');
  });

  it('has every code that the API may answer', () => {
    const answered = new Set(OPERATIONS.flatMap(errorsOf));
    expect(answered).toEqual(new Set(Object.keys(STATUS_BY_CODE)));
  });
});
