import { createHash } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { ServedCard } from '../command/served-card.ts';
import { cardHtml, PAGE_SCRIPT, PAGE_STYLE } from './card-html.ts';

/**
 * The page of one served card, without a port. It is for the machine it runs on: it answers only to
 * names of this machine, so that a page elsewhere cannot reach it through a name that it controls,
 * and takes orders from no other page.
 */
export function createCardPage(card: ServedCard): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(onlyThisMachine);
  app.get('/', (_request, response) => {
    response.set('Content-Security-Policy', POLICY).type('html').send(cardHtml(card.state));
  });
  app.get('/card', (_request, response) => {
    response.json(card.state);
  });
  app.post('/tap', (request, response) => {
    card.tap();
    answerOrder(card, request, response);
  });
  app.post('/remove', (request, response) => {
    card.remove();
    answerOrder(card, request, response);
  });
  app.post('/block', (request, response) => block(card, true, { request, response }));
  app.post('/unblock', (request, response) => block(card, false, { request, response }));
  app.use((_request, response) => {
    response.status(404).json({ error: 'NOT_FOUND' });
  });
  return app;
}

const LOCAL_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

const POLICY: string = [
  "default-src 'none'",
  "connect-src 'self'",
  "form-action 'self'",
  `script-src 'sha256-${sha256(PAGE_SCRIPT)}'`,
  `style-src 'sha256-${sha256(PAGE_STYLE)}'`,
  "frame-ancestors 'none'",
].join('; ');

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

async function block(
  card: ServedCard,
  isBlocked: boolean,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const isDone = await card.setBlocked(isBlocked);
  if (isDone) answerOrder(card, request, response);
  else response.status(409).json({ error: 'NO_BLOCK_FLAG' });
}

/** A form without a script comes back to the page; a program gets the state. */
function answerOrder(card: ServedCard, request: Request, response: Response): void {
  if (request.accepts(['json', 'html']) === 'html') response.redirect(303, '/');
  else response.json(card.state);
}

function onlyThisMachine(request: Request, response: Response, next: NextFunction): void {
  response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  const host = request.headers.host ?? '';
  const { origin } = request.headers;
  const isLocal = LOCAL_NAMES.includes(host.replace(/:\d+$/, ''));
  const isOwn = origin === undefined || origin === `http://${host}`;
  if (isLocal && isOwn) next();
  else response.status(403).json({ error: 'NOT_THIS_MACHINE' });
}
