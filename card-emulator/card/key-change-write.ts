import type { BlockListElement } from '../felica/block-list.ts';
import { StatusFlag2 } from '../felica/status-flag.ts';
import type { BlockAccess } from './block-element.ts';
import type { WriteStage } from './write-stage.ts';

const NO_VERSION = 0xffff;

/**
 * One element that changes the key of a node in the service list, which may be an area or the system
 * too. The block number is the version of the new key. It counts from the next authentication on.
 */
export function stageKeyChange(
  stage: WriteStage,
  { system, serviceCodes, changeKey }: BlockAccess,
  { element, block }: { readonly element: BlockListElement; readonly block: Uint8Array },
): StatusFlag2 | undefined {
  const code = serviceCodes[element.serviceIndex];
  if (code === undefined) return StatusFlag2.serviceIndexIllegal;
  const node = system.nodes.get(code);
  if (node === undefined) return StatusFlag2.nodeNotFound;
  if (node.open !== undefined) return StatusFlag2.accessNotPermitted;
  const version = element.blockNumber;
  // As a version it would say that the node is not there.
  if (version === NO_VERSION) return StatusFlag2.keyChangeFailed;
  const changed = changeKey?.(system, node, { block, version });
  if (changed === undefined) return StatusFlag2.keyChangeFailed;
  stage.replaceKey(changed.slot, changed.key, version);
  return undefined;
}
