import { afterEach, describe, expect, it } from 'vitest';
import { metricsRoute } from '../../../backend/http/metrics-route.ts';
import { ServiceMetrics } from '../../../backend/http/service-metrics.ts';
import { ServedApp } from './served-app.ts';

describe('metricsRoute', () => {
  let app: ServedApp;
  afterEach(() => app.stop());

  it('tells them to operators only', async () => {
    app = await ServedApp.start(metricsRoute(new ServiceMetrics(), 'right'));
    expect((await app.get('/metrics')).status).toBe(401);
    const answer = await app.get('/metrics', { authorization: 'Bearer right' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await answer.text()).toContain('kazasu_http_request_seconds');
  });
});
