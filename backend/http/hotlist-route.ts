import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { HotListStore } from '../issuer/hotlist-store.ts';
import { ApiError } from './api-error.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const SEQUENCE_MAX = 0xffff_ffff;

const SEQUENCE = z.int().min(1).max(SEQUENCE_MAX);

const NEWEST = {
  id: 'newestHotList',
  method: 'get',
  path: '/hotlist',
  summary: 'Which hot list is the newest, and what leads to it',
  access: 'anybody',
  answer: z.strictObject({
    sequence: SEQUENCE,
    byteCount: z.int(),
    deltas: z.array(z.strictObject({ sequence: SEQUENCE, byteCount: z.int() })).readonly(),
  }),
  statuses: { 200: 'the newest', 304: 'nothing newer than If-None-Match says' },
  errors: ['HOTLIST_NONE'],
} satisfies Operation;

const LIST = {
  id: 'hotList',
  method: 'get',
  path: '/hotlist/lists/:sequence',
  summary: 'A whole hot list',
  access: 'anybody',
  params: z.object({ sequence: pathId(SEQUENCE_MAX) }),
  answer: 'octets',
  statuses: { 200: 'signed by the issuer', 206: 'the part that Range asks for' },
  errors: ['HOTLIST_UNKNOWN'],
} satisfies Operation;

const DELTA = {
  ...LIST,
  id: 'hotListDelta',
  path: '/hotlist/deltas/:sequence',
  summary: 'What leads to a hot list from the one before',
} satisfies Operation;

export const HOTLIST_OPERATIONS: readonly Operation[] = [NEWEST, LIST, DELTA];

export interface HotListRouteDependencies {
  readonly hotLists: Pick<HotListStore, 'catalogue' | 'folder' | 'nameOf'>;
}

/**
 * The published hot lists, for everybody: the issuer signed them, so it does not matter who hands them
 * on, and they name no more than cards tell every reader.
 */
export function hotListRoutes({ hotLists }: HotListRouteDependencies): Router {
  const router = Router();
  router.get(NEWEST.path, (request, response) => {
    const catalogue = hotLists.catalogue();
    if (catalogue === undefined) {
      throw new ApiError('HOTLIST_NONE', 'no hot list was published yet');
    }
    const text = JSON.stringify(catalogue);
    const tag = createHash('sha256').update(text).digest('hex').slice(0, 32);
    response.set({ ETag: `"${tag}"`, 'Cache-Control': 'no-cache' });
    if (request.fresh) response.status(304).end();
    else answer(response, NEWEST.answer, catalogue);
  });
  router.get(LIST.path, (request, response) => sendPublished('list', request, response));
  router.get(DELTA.path, (request, response) => sendPublished('delta', request, response));
  return router;

  /** From the disk, piece by piece, or the part that `Range` asks for. */
  function sendPublished(
    kind: 'list' | 'delta',
    request: Request,
    response: Response,
  ): Promise<void> {
    const { sequence } = paramsIn(request, LIST.params);
    const name = hotLists.nameOf(kind, sequence);
    if (name === undefined) throw new ApiError('HOTLIST_UNKNOWN', `no ${kind} ${sequence} is kept`);
    response.set({ ETag: `"${kind}-${sequence}"`, 'Content-Type': 'application/octet-stream' });
    const options = {
      root: hotLists.folder,
      maxAge: YEAR_MS,
      immutable: true,
      lastModified: false,
    };
    return new Promise((resolve, reject) => {
      response.sendFile(name, options, (error) => {
        // A download that its terminal broke off is no fault of anybody here.
        if (error === undefined || response.headersSent) resolve();
        else reject(error);
      });
    });
  }
}
