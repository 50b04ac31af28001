/** The commands this project speaks (M617 §4.4; the authenticated ones are only named there). */
export const CommandCode = {
  polling: 0x00,
  requestService: 0x02,
  requestResponse: 0x04,
  readWithoutEncryption: 0x06,
  writeWithoutEncryption: 0x08,
  searchServiceCode: 0x0a,
  requestSystemCode: 0x0c,
  requestBlockInformation: 0x0e,
  authentication1: 0x10,
  authentication2: 0x12,
  read: 0x14,
  write: 0x16,
  requestCodeList: 0x1a,
  getContainerIssueInformation: 0x22,
  getAreaInformation: 0x24,
  getNodeProperty: 0x28,
  requestServiceV2: 0x32,
  getSystemStatus: 0x38,
  requestProductInformation: 0x3a,
  requestSpecificationVersion: 0x3c,
  resetMode: 0x3e,
  authentication1V2: 0x40,
  authentication2V2: 0x42,
  readV2: 0x44,
  writeV2: 0x46,
  getContainerId: 0x70,
  /** The first of two bytes; 00 follows. */
  echo: 0xf0,
} as const;

export type CommandCode = (typeof CommandCode)[keyof typeof CommandCode];

/** A response always carries its command's code plus one. */
export function responseCodeOf(command: number): number {
  return command + 1;
}
