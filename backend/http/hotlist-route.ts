import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { HotListStore } from '../issuer/hotlist-store.ts';
import { ApiError } from './api-error.ts';
import { pathNumber } from './path-number.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const SEQUENCE_MAX = 0xffff_ffff;

export interface HotListRouteDependencies {
  readonly hotLists: Pick<HotListStore, 'catalogue' | 'folder' | 'nameOf'>;
}

/**
 * The published hot lists, for everybody: the issuer signed them, so it does not matter who hands them
 * on, and they name no more than cards tell every reader.
 */
export function hotListRoutes({ hotLists }: HotListRouteDependencies): Router {
  const router = Router();
  router.get('/hotlist', (request, response) => {
    const catalogue = hotLists.catalogue();
    if (catalogue === undefined) {
      throw new ApiError('HOTLIST_NONE', 'no hot list was published yet');
    }
    const text = JSON.stringify(catalogue);
    const tag = createHash('sha256').update(text).digest('hex').slice(0, 32);
    response.set({ ETag: `"${tag}"`, 'Cache-Control': 'no-cache' });
    if (request.fresh) response.status(304).end();
    else response.json(catalogue);
  });
  router.get('/hotlist/lists/:sequence', (request, response) =>
    sendPublished('list', request, response),
  );
  router.get('/hotlist/deltas/:sequence', (request, response) =>
    sendPublished('delta', request, response),
  );
  return router;

  /** From the disk, piece by piece, or the part that `Range` asks for. */
  function sendPublished(
    kind: 'list' | 'delta',
    request: Request,
    response: Response,
  ): Promise<void> {
    const sequence = pathNumber(request.params['sequence'], SEQUENCE_MAX);
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
