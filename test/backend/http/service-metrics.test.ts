import { describe, expect, it } from 'vitest';
import { ServiceMetrics } from '../../../backend/http/service-metrics.ts';

const REQUEST = { method: 'GET', route: '/windows/:number', status: 404, seconds: 0.02 };

describe('ServiceMetrics', () => {
  it('counts requests by their route and errors by their code', async () => {
    const metrics = new ServiceMetrics();
    metrics.count({ ...REQUEST, code: 'SETTLEMENT_WINDOW_UNKNOWN' });
    metrics.count({ ...REQUEST, code: undefined });
    const text = await metrics.text();
    const labels = 'method="GET",route="/windows/:number",status="404"';
    expect(text).toContain(`kazasu_http_request_seconds_count{${labels}} 2\n`);
    expect(text).toContain('kazasu_http_errors_total{code="SETTLEMENT_WINDOW_UNKNOWN"} 1\n');
  });

  it('asks how many batches wait each time it is asked', async () => {
    const metrics = new ServiceMetrics();
    let waiting = 4;
    metrics.watchUnverified(() => Promise.resolve(waiting));
    expect(await metrics.text()).toContain('kazasu_unverified_batches 4\n');
    waiting = 0;
    expect(await metrics.text()).toContain('kazasu_unverified_batches 0\n');
  });

  it('tells of the process', async () => {
    const metrics = new ServiceMetrics();
    metrics.watchProcess();
    expect(await metrics.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});
