import { Router } from 'express';
import { API_STYLE, apiHtml } from './api-html.ts';
import { openApiDocument } from './openapi-document.ts';

/** What the API is, for people and for machines. No part of the API itself. */
export function apiPageRoutes(): Router {
  const router = Router();
  const document = openApiDocument();
  const page = apiHtml();
  router.get('/openapi.json', (_request, response) => void response.json(document));
  router.get('/api', (_request, response) => void response.type('html').send(page));
  router.get('/api/style.css', (_request, response) => void response.type('css').send(API_STYLE));
  return router;
}
