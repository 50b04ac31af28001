import {
  Pkcs11,
  type Pkcs11Attribute,
  type Pkcs11Handle,
  type Pkcs11Module,
  pkcs11CodeOf,
  pkcs11Module,
} from './pkcs11-binding.ts';
import { SamError } from './sam-error.ts';

export interface TokenPlace {
  /** The vendor's PKCS#11 library, such as /usr/lib/softhsm/libsofthsm2.so. */
  readonly library: string;
  /** The label that the token was initialised with. */
  readonly label: string;
}

/** A key in the token. Its bytes never leave it. */
export interface TokenKey {
  readonly label: string;
  readonly handle: Pkcs11Handle;
  /** The token would not give the key away, not even wrapped. */
  readonly isConfined: boolean;
}

const CMAC_BYTES = 16;
const KEYS_MAX = 100;

/** An AES key that makes MACs and does nothing else, and that nobody reads or changes. */
const KEY_TEMPLATE: readonly Pkcs11Attribute[] = [
  { type: Pkcs11.CKA_CLASS, value: Pkcs11.CKO_SECRET_KEY },
  { type: Pkcs11.CKA_KEY_TYPE, value: Pkcs11.CKK_AES },
  { type: Pkcs11.CKA_TOKEN, value: true },
  { type: Pkcs11.CKA_PRIVATE, value: true },
  { type: Pkcs11.CKA_SENSITIVE, value: true },
  { type: Pkcs11.CKA_EXTRACTABLE, value: false },
  { type: Pkcs11.CKA_MODIFIABLE, value: false },
  { type: Pkcs11.CKA_SIGN, value: true },
  { type: Pkcs11.CKA_VERIFY, value: false },
  { type: Pkcs11.CKA_ENCRYPT, value: false },
  { type: Pkcs11.CKA_DECRYPT, value: false },
  { type: Pkcs11.CKA_WRAP, value: false },
  { type: Pkcs11.CKA_UNWRAP, value: false },
  { type: Pkcs11.CKA_DERIVE, value: false },
];

/** A library is initialised once in a process, so whoever closes a token may not be its only user. */
const usersByLibrary = new Map<string, number>();

/** A session with one token, logged in. Its calls block this process while the token works. */
export class Pkcs11Token {
  readonly #library: string;
  readonly #module: Pkcs11Module;
  readonly #session: Pkcs11Handle;

  private constructor(library: string, module: Pkcs11Module, session: Pkcs11Handle) {
    this.#library = library;
    this.#module = module;
    this.#session = session;
  }

  /**
   * Throws {@link SamError}: `SAM_SECRET_WRONG` for the PIN, `SAM_TOKEN_UNAVAILABLE` for a token that is
   * not there, `SAM_TOKEN_UNSUITABLE` for one without AES-CMAC.
   */
  static open({ library, label }: TokenPlace, pin: string): Pkcs11Token {
    const module = pkcs11Module();
    told(`library ${library}`, () => module.load(library));
    enter(module, library);
    try {
      const slot = slotOf(module, label);
      if (!module.C_GetMechanismList(slot).includes(Pkcs11.CKM_AES_CMAC)) {
        throw new SamError('SAM_TOKEN_UNSUITABLE', `token ${label}: does not offer CKM_AES_CMAC`);
      }
      const flags = Pkcs11.CKF_SERIAL_SESSION | Pkcs11.CKF_RW_SESSION;
      const session = told(label, () => module.C_OpenSession(slot, flags));
      login(module, session, pin);
      return new Pkcs11Token(library, module, session);
    } catch (error) {
      leave(module, library);
      throw error;
    }
  }

  /** Every AES key under this CKA_ID. */
  keys(id: Uint8Array): readonly TokenKey[] {
    return told('finding keys', () => {
      this.#module.C_FindObjectsInit(this.#session, [
        { type: Pkcs11.CKA_CLASS, value: Pkcs11.CKO_SECRET_KEY },
        { type: Pkcs11.CKA_ID, value: Buffer.from(id) },
      ]);
      const handles = this.#module.C_FindObjects(this.#session, KEYS_MAX);
      this.#module.C_FindObjectsFinal(this.#session);
      return handles.map((handle) => this.#keyOf(handle));
    });
  }

  /** AES-CMAC (NIST SP 800-38B), computed in the token. */
  cmac({ label, handle }: TokenKey, message: Uint8Array): Uint8Array {
    return told(`key ${label}`, () => {
      const mechanism = { mechanism: Pkcs11.CKM_AES_CMAC };
      this.#module.C_SignInit(this.#session, mechanism, handle);
      const mac = this.#module.C_Sign(
        this.#session,
        Buffer.from(message),
        Buffer.alloc(CMAC_BYTES),
      );
      return Uint8Array.from(mac);
    });
  }

  /** Puts a key into the token, where it stays. */
  create(id: Uint8Array, label: string, key: Uint8Array): TokenKey {
    const value = Buffer.from(key);
    const handle = told(`key ${label}`, () =>
      this.#module.C_CreateObject(this.#session, [
        ...KEY_TEMPLATE,
        { type: Pkcs11.CKA_ID, value: Buffer.from(id) },
        { type: Pkcs11.CKA_LABEL, value: label },
        { type: Pkcs11.CKA_VALUE, value },
      ]),
    );
    value.fill(0);
    return this.#keyOf(handle);
  }

  destroy({ label, handle }: TokenKey): void {
    told(`key ${label}`, () => this.#module.C_DestroyObject(this.#session, handle));
  }

  close(): void {
    told('closing', () => {
      // The last session of a token takes the login with it.
      this.#module.C_CloseSession(this.#session);
      leave(this.#module, this.#library);
    });
  }

  #keyOf(handle: Pkcs11Handle): TokenKey {
    const [label, sensitive, extractable] = this.#module.C_GetAttributeValue(
      this.#session,
      handle,
      [
        { type: Pkcs11.CKA_LABEL },
        { type: Pkcs11.CKA_SENSITIVE },
        { type: Pkcs11.CKA_EXTRACTABLE },
      ],
    );
    const isConfined = sensitive?.value[0] === 1 && extractable?.value[0] === 0;
    return { label: label?.value.toString('utf8') ?? '', handle, isConfined };
  }
}

function enter(module: Pkcs11Module, library: string): void {
  const users = usersByLibrary.get(library) ?? 0;
  if (users === 0) told(`library ${library}`, () => module.C_Initialize());
  usersByLibrary.set(library, users + 1);
}

function leave(module: Pkcs11Module, library: string): void {
  const users = (usersByLibrary.get(library) ?? 1) - 1;
  usersByLibrary.set(library, users);
  if (users === 0) module.C_Finalize();
}

function slotOf(module: Pkcs11Module, label: string): Pkcs11Handle {
  const slots = told('finding tokens', () => module.C_GetSlotList(true));
  const named = slots.filter((one) =>
    told(label, () => module.C_GetTokenInfo(one).label.trim() === label),
  );
  const [slot] = named;
  if (slot !== undefined && named.length === 1) return slot;
  const found = named.length === 0 ? 'not there' : 'there is more than one of this label';
  throw new SamError('SAM_TOKEN_UNAVAILABLE', `token ${label}: ${found}`);
}

function login(module: Pkcs11Module, session: Pkcs11Handle, pin: string): void {
  try {
    module.C_Login(session, Pkcs11.CKU_USER, pin);
  } catch (cause) {
    const code = pkcs11CodeOf(cause);
    // A login is of the process: another session of ours has made it.
    if (code === Pkcs11.CKR_USER_ALREADY_LOGGED_IN) return;
    if (code === Pkcs11.CKR_PIN_INCORRECT) throw refusedPin('SAM_SECRET_WRONG', cause);
    if (code === Pkcs11.CKR_PIN_LOCKED) throw refusedPin('SAM_LOCKED', cause);
    throw unavailable('login', cause);
  }
}

/** What a token refuses is named by its CKR_… word, which tells nothing of keys. */
function told<Result>(what: string, call: () => Result): Result {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof SamError) throw cause;
    throw unavailable(what, cause);
  }
}

function unavailable(what: string, cause: unknown): SamError {
  const word = cause instanceof Error ? cause.message.split('\n')[0] : 'failed';
  return new SamError('SAM_TOKEN_UNAVAILABLE', `token, ${what}: ${word}`, { cause });
}

function refusedPin(code: 'SAM_SECRET_WRONG' | 'SAM_LOCKED', cause: unknown): SamError {
  const message =
    code === 'SAM_LOCKED' ? 'the token has locked its PIN' : 'the token refuses this PIN';
  return new SamError(code, message, { cause });
}
