import type { IDm } from '#felica/identifiers';
import type { Yen } from '#units';

export interface LoadRequest {
  readonly correlator: string;
  readonly idm: IDm;
  readonly amount: Yen;
}

/**
 * Puts value on a purse over the air. `loaded` and `not-loaded` are final for a correlator: whoever
 * answers `not-loaded` promises that the purse will never have this value. `unknown` is asked again.
 */
export interface RemoteLoad {
  load(request: LoadRequest): Promise<'loaded' | 'not-loaded' | 'unknown'>;
}
