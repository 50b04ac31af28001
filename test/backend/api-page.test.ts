import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RECORD_REASONS } from '../../backend/collection/verify-record.ts';
import { STATUS_BY_CODE } from '../../backend/http/api-error.ts';
import { OPERATIONS } from '../../backend/http/openapi-document.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../backend/api.md', import.meta.url)), 'utf8');
/** The rows of all tables whose first cell is a code: code and second cell. */
const ROWS = [...PAGE.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(
  ({ 1: code = '', 2: second = '' }) => ({ code, second: second.trim() }),
);

describe('api.md', () => {
  it('has every code that HTTP answers, with its status, in the order in which it is found', () => {
    const answered = ROWS.filter(({ second }) => /^\d{3}$/.test(second));
    const codes = answered.map(({ code }) => code);
    expect(codes).toEqual(Object.keys(STATUS_BY_CODE));
    for (const { code, second } of answered) {
      expect([code, Number(second)]).toEqual([code, STATUS_BY_CODE[code as never]]);
    }
  });

  it('has the reasons of records in the order in which they are looked for', () => {
    const verdicts = /^(?:refused|ignored|fraud|held|interrupted)$/;
    const listed = ROWS.filter(({ second }) => verdicts.test(second)).map(({ code }) => code);
    expect(listed).toEqual(RECORD_REASONS);
  });

  it('has a heading for every route, and no other', () => {
    const routes = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const headings = [...PAGE.matchAll(/^## `((?:GET|POST) [^`]+)`/gm)].map(
      ({ 1: route }) => route,
    );
    expect(headings).toEqual([...routes, 'GET /openapi.json', 'GET /api']);
  });
});
