import { describe, expect, it } from 'vitest';
import { ApiError, STATUS_BY_CODE } from '../../../backend/http/api-error.ts';

describe('ApiError', () => {
  it('has the status of its code', () => {
    const error = new ApiError('BATCH_NUMBER_REUSED', 'batch 3');
    expect(error).toMatchObject({ status: 409, code: 'BATCH_NUMBER_REUSED', message: 'batch 3' });
  });

  // A terminal gives a batch up to a person on 4xx and sends it again by itself on 5xx.
  it('has a status from 500 only where sending the same again may help', () => {
    const codes = Object.entries(STATUS_BY_CODE).filter(([, status]) => status >= 500);
    expect(codes.map(([code]) => code)).toEqual(['REQUEST_UNAVAILABLE', 'REQUEST_FAILED']);
  });
});
