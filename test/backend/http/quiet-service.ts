import type { ServiceOptions } from '../../../backend/app.ts';
import { openServiceLog } from '../../../backend/http/service-log.ts';
import { ServiceMetrics } from '../../../backend/http/service-metrics.ts';

/** A service whose log goes to `write`, for tests that ask more of it than any terminal does. */
export function quietService(write: (line: string) => void = () => undefined): ServiceOptions {
  return {
    log: openServiceLog({ write }),
    metrics: new ServiceMetrics(),
    requestsPerMinute: 1_000_000,
    wrongTokensPerMinute: 1_000_000,
    proxyCount: 0,
  };
}
