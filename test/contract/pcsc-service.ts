import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PcscBindingName } from '../../terminal/reader/pcsc-binding.ts';

/**
 * A PC/SC service of the tests' own. vpcd listens on every address of its network, and whoever
 * reaches it is a card; so pcscd runs in a network namespace with nothing but a loopback in it. Its
 * /run is private too: a service that the machine has is neither used nor disturbed.
 */
export interface PcscService {
  /** The service's socket as seen from here, for PCSCLITE_CSOCK_NAME. */
  readonly socketPath: string;
  /** Starts pcscd; waits until it accepts. */
  start(): Promise<void>;
  /** Ends pcscd without a word, as a crash does. */
  kill(): Promise<void>;
  /** Gives the service its virtual reader from its next start on, where it was prepared without. */
  addReader(): Promise<void>;
  /** Runs Node with `args` where the virtual reader can be reached. */
  spawnCard(args: readonly string[]): ChildProcess;
  /** Runs Node with `args` as one more program that uses the reader. */
  spawnClient(args: readonly string[]): ChildProcess;
  /** Runs Node with `args` as on a machine that has this service and no other network. */
  spawnProgram(args: readonly string[]): ChildProcess;
  /** Runs a program that is not ours on that same machine; what it complains of is shown. */
  spawnPeer(command: readonly string[], environment?: NodeJS.ProcessEnv): ChildProcess;
  /** Ends every process of the service. */
  stop(): Promise<void>;
}

/** The two slots of the driver, each a reader. */
export const VIRTUAL_READER = 'Virtual PCD 00 00';
export const SECOND_VIRTUAL_READER = 'Virtual PCD 00 01';

const PACKAGES = 'apt-get install pcscd vsmartcard-vpcd libpcsclite-dev iproute2 util-linux';
const DEBIAN_CONFIGURATION = '/etc/reader.conf.d/vpcd';
const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const PROGRAMS = ['pcscd', 'ip', 'unshare', 'nsenter', 'setpriv', 'mount'];
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
const START_WAIT_MS = 10_000;
const POLL_MS = 20;

const isRoot = process.getuid?.() === 0;
const PRIVATE = ['--net', '--mount', '--propagation', 'private', ...(isRoot ? [] : ['-r'])];
/** Whoever starts something dies; what was started shall not live on. */
const DIE_WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'];

/** What is not here, as the line that installs it; `undefined` where everything is. */
export function missingForPcsc(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  const absent = PROGRAMS.find(
    (name) => !FOLDERS.some((folder) => existsSync(`${folder}/${name}`)),
  );
  if (absent !== undefined) return `${absent} is missing: ${PACKAGES}`;
  if (!existsSync(driverPath())) return `vpcd is missing: ${PACKAGES}`;
  const probe = 'import("nfc-pcsc").then(() => process.exit(0), () => process.exit(1))';
  if (spawnSync(process.execPath, ['-e', probe]).status !== 0) {
    return `nfc-pcsc is not built: ${PACKAGES} g++ make python3, then npm rebuild @pokusew/pcsclite`;
  }
  if (!existsSync(builtFile('terminal/reader/pcsc-binding-process.js'))) {
    return 'the sources are not built: npx tsc';
  }
  if (spawnSync('unshare', [...PRIVATE, 'true']).status !== 0) {
    return 'no right to make a network namespace: run as root, or allow user namespaces';
  }
  return undefined;
}

/** What the second binding lacks, for suites that run with it too. */
export function missingForBinding(binding: PcscBindingName): string | undefined {
  if (binding === 'nfc-pcsc') return undefined;
  const probe = 'import("smartcard").then(() => process.exit(0), () => process.exit(1))';
  if (spawnSync(process.execPath, ['-e', probe]).status === 0) return undefined;
  return 'smartcard is not built: npm rebuild smartcard';
}

/** The path of a compiled source: Node cannot start the sources themselves. */
export function builtFile(path: string): string {
  const root = import.meta.filename.endsWith('.ts') ? '../../dist' : '../..';
  return join(import.meta.dirname, root, path);
}

export async function preparePcscService(
  options: { readonly hasReader?: boolean } = {},
): Promise<PcscService> {
  const folder = await mkdtemp(join(tmpdir(), 'kazasu-pcsc-'));
  const configuration = join(folder, 'reader.conf.d');
  await mkdir(configuration);
  const namespace = await makeNamespace();
  const service = new PrivateService({ folder, configuration, namespace });
  if (options.hasReader ?? true) await service.addReader();
  return service;
}

interface InsideOptions {
  readonly stderr?: 'ignore' | 'inherit';
  readonly env?: NodeJS.ProcessEnv;
}

interface ServiceParts {
  readonly folder: string;
  readonly configuration: string;
  /** A process that does nothing but keep the namespace. */
  readonly namespace: ChildProcess;
}

class PrivateService implements PcscService {
  readonly socketPath: string;
  readonly #parts: ServiceParts;
  readonly #spawned: ChildProcess[] = [];
  #daemon: ChildProcess | undefined;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.socketPath = `/proc/${parts.namespace.pid}/root/run/pcscd/pcscd.comm`;
  }

  async start(): Promise<void> {
    const command = ['pcscd', '--foreground', '--config', this.#parts.configuration];
    this.#daemon = this.#spawnInside(command, ['--mount'], 'ignore');
    const deadline = Date.now() + START_WAIT_MS;
    while (!(await accepts(this.socketPath))) {
      if (Date.now() > deadline) throw new Error(`pcscd did not start in ${START_WAIT_MS} ms`);
      await sleep(POLL_MS);
    }
  }

  async kill(): Promise<void> {
    await end(this.#daemon);
  }

  async addReader(): Promise<void> {
    const lines = [
      'FRIENDLYNAME "Virtual PCD"',
      'DEVICENAME /dev/null:0x8C7B',
      `LIBPATH ${driverPath()}`,
      'CHANNELID 0x8C7B',
    ];
    await writeFile(join(this.#parts.configuration, 'vpcd'), `${lines.join('\n')}\n`);
  }

  spawnCard(args: readonly string[]): ChildProcess {
    const card = this.#spawnInside([process.execPath, ...args], [], 'pipe');
    this.#spawned.push(card);
    return card;
  }

  spawnProgram(args: readonly string[]): ChildProcess {
    const program = this.#spawnInside([process.execPath, ...args], ['--mount'], 'pipe');
    this.#spawned.push(program);
    return program;
  }

  spawnPeer(command: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const peer = this.#spawnInside(command, ['--mount'], 'pipe', {
      stderr: 'inherit',
      env: { ...process.env, ...environment },
    });
    this.#spawned.push(peer);
    return peer;
  }

  spawnClient(args: readonly string[]): ChildProcess {
    const [program = '', ...rest] = [...DIE_WITH_PARENT, process.execPath, ...args];
    const client = spawn(program, rest, {
      env: { ...process.env, PCSCLITE_CSOCK_NAME: this.socketPath },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#spawned.push(client);
    return client;
  }

  async stop(): Promise<void> {
    // A card that hangs in pcscd is let go before pcscd is ended.
    for (const child of this.#spawned) await end(child);
    await end(this.#daemon);
    await end(this.#parts.namespace);
    await rm(this.#parts.folder, { recursive: true });
  }

  #spawnInside(
    command: readonly string[],
    namespaces: readonly string[],
    stdio: 'ignore' | 'pipe',
    { stderr = 'ignore', env = process.env }: InsideOptions = {},
  ): ChildProcess {
    const target = ['--target', String(this.#parts.namespace.pid), '--net', ...namespaces];
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    const args = [...target, ...user, ...DIE_WITH_PARENT, ...command];
    return spawn('nsenter', args, { stdio: [stdio, stdio, stderr], env });
  }
}

async function makeNamespace(): Promise<ChildProcess> {
  const script =
    'mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up && echo ready && exec cat';
  // It ends with its standard input too, should the signal be lost with a change of user.
  const [program = '', ...args] = [...DIE_WITH_PARENT, 'unshare', ...PRIVATE, 'sh', '-c', script];
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (holder.exitCode !== null) throw new Error('the network namespace could not be made');
  return holder;
}

function driverPath(): string {
  const text = existsSync(DEBIAN_CONFIGURATION) ? readFileSync(DEBIAN_CONFIGURATION, 'utf8') : '';
  return /^LIBPATH\s+(\S+)/m.exec(text)?.[1] ?? DRIVER;
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: socketPath });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** By its own identifier, and only while it runs. */
async function end(process: ChildProcess | undefined): Promise<void> {
  if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const exit = once(process, 'exit');
  process.kill('SIGKILL');
  await exit;
}
