import { expect, it } from 'vitest';
import { listPcscReaders } from '../../../terminal/reader/pcsc-reader-list.ts';

it('the list of readers rejects with READER_SERVICE_UNAVAILABLE when nobody serves the socket', async () => {
  const socketPath = '/nonexistent/pcscd.comm';
  await expect(listPcscReaders({ socketPath })).rejects.toMatchObject({
    name: 'ReaderError',
    code: 'READER_SERVICE_UNAVAILABLE',
  });
});
