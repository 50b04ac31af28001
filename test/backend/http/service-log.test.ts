import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../../../backend/database/database-error.ts';
import { ApiError } from '../../../backend/http/api-error.ts';
import { causeOf, openServiceLog } from '../../../backend/http/service-log.ts';

describe('openServiceLog', () => {
  it('writes one JSON object a line with its time', () => {
    const lines: string[] = [];
    openServiceLog({ write: (line) => lines.push(line) }).info({ route: '/books' }, 'answered');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      route: '/books',
      msg: 'answered',
    });
  });
});

describe('causeOf', () => {
  it('tells code, words and stack of an error, and nothing that hangs on it', () => {
    const cause = Object.assign(new DatabaseError('DATABASE_BUSY', 'locked'), { key: 'secret' });
    const told = causeOf(new ApiError('REQUEST_UNAVAILABLE', 'try again', { cause }));
    expect(told).toEqual({
      cause: { name: cause.name, code: 'DATABASE_BUSY', message: 'locked', stack: cause.stack },
    });
  });

  it('tells no more than its kind of what is no error', () => {
    const error = new ApiError('REQUEST_FAILED', 'x', { cause: 'secret' });
    expect(causeOf(error)).toEqual({ cause: 'string' });
  });
});
