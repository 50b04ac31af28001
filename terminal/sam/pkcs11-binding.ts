import { createRequire } from 'node:module';
import { SamError } from './sam-error.ts';

/*
 * The binding is pkcs11js: it is a thin layer over the C interface, has no dependency of its own and is
 * kept up. graphene-pk11 is the same binding under an object model that we would use a tenth of.
 */

export type Pkcs11Handle = Buffer;

export interface Pkcs11Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

/** The part of the PKCS#11 interface (v2.40) that a SAM uses. Every method throws what the token says. */
export interface Pkcs11Module {
  load(path: string): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Pkcs11Handle[];
  C_GetTokenInfo(slot: Pkcs11Handle): { readonly label: string };
  C_GetMechanismList(slot: Pkcs11Handle): number[];
  C_OpenSession(slot: Pkcs11Handle, flags: number): Pkcs11Handle;
  C_CloseSession(session: Pkcs11Handle): void;
  C_Login(session: Pkcs11Handle, user: number, pin: string): void;
  C_CreateObject(session: Pkcs11Handle, template: Pkcs11Attribute[]): Pkcs11Handle;
  C_DestroyObject(session: Pkcs11Handle, object: Pkcs11Handle): void;
  C_FindObjectsInit(session: Pkcs11Handle, template: Pkcs11Attribute[]): void;
  C_FindObjects(session: Pkcs11Handle, objectsMax: number): Pkcs11Handle[];
  C_FindObjectsFinal(session: Pkcs11Handle): void;
  C_GetAttributeValue(
    session: Pkcs11Handle,
    object: Pkcs11Handle,
    template: Pkcs11Attribute[],
  ): { readonly value: Buffer }[];
  C_SignInit(
    session: Pkcs11Handle,
    mechanism: { readonly mechanism: number },
    key: Pkcs11Handle,
  ): void;
  C_Sign(session: Pkcs11Handle, data: Buffer, signature: Buffer): Buffer;
}

/** Constants of PKCS#11 v2.40 (pkcs11t.h). */
export const Pkcs11 = {
  CKF_RW_SESSION: 0x2,
  CKF_SERIAL_SESSION: 0x4,
  CKU_USER: 1,
  CKO_SECRET_KEY: 4,
  CKK_AES: 0x1f,
  CKM_AES_CMAC: 0x108a,
  CKA_CLASS: 0x0,
  CKA_TOKEN: 0x1,
  CKA_PRIVATE: 0x2,
  CKA_LABEL: 0x3,
  CKA_VALUE: 0x11,
  CKA_KEY_TYPE: 0x100,
  CKA_ID: 0x102,
  CKA_SENSITIVE: 0x103,
  CKA_ENCRYPT: 0x104,
  CKA_DECRYPT: 0x105,
  CKA_WRAP: 0x106,
  CKA_UNWRAP: 0x107,
  CKA_SIGN: 0x108,
  CKA_VERIFY: 0x10a,
  CKA_DERIVE: 0x10c,
  CKA_EXTRACTABLE: 0x162,
  CKA_MODIFIABLE: 0x170,
  CKR_PIN_INCORRECT: 0xa0,
  CKR_PIN_LOCKED: 0xa4,
  CKR_USER_ALREADY_LOGGED_IN: 0x100,
} as const;

/** Loads the optional package. Throws {@link SamError} `SAM_TOKEN_UNAVAILABLE` where it is not there. */
export function pkcs11Module(): Pkcs11Module {
  const require = createRequire(import.meta.url);
  let binding: { readonly PKCS11: new () => Pkcs11Module };
  try {
    binding = require('pkcs11js');
  } catch (cause) {
    throw notInstalled(cause);
  }
  return new binding.PKCS11();
}

function notInstalled(cause: unknown): SamError {
  const message = 'the optional package pkcs11js is not installed; npm install, with a compiler';
  return new SamError('SAM_TOKEN_UNAVAILABLE', message, { cause });
}

/** The CKR_… number of an error of the binding. */
export function pkcs11CodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}
