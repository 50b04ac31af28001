import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addServeCommand } from '../../../backend/command/serve-command.ts';
import { Scenario } from '../scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.open();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scenario.remove();
});

/** What a stream of the process is told from now on. */
function told(stream: NodeJS.WriteStream): string[] {
  const lines: string[] = [];
  vi.spyOn(stream, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return lines;
}

describe('kazasu backend serve', () => {
  it('serves, tells what it does in lines of JSON, and stops when it is told', async () => {
    const [out, errors] = [told(process.stdout), told(process.stderr)];
    const command = new Command();
    addServeCommand(command);
    const others = process.listeners('SIGTERM');
    const options = ['--data', scenario.folder, '--port', '0', '--requests-per-minute', '3'];
    await command.parseAsync(['serve', ...options, '--json'], { from: 'user' });
    const { event, url } = JSON.parse(out.join(''));
    expect(event).toBe('listening');

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const token = readFileSync(join(scenario.folder, 'operator-token'), 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(metrics).toContain('kazasu_unverified_batches 0\n');
    expect(metrics).toContain('process_resident_memory_bytes');
    expect((await fetch(`${url}/books`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/none`)).status).toBe(404);
    expect((await fetch(`${url}/none`)).status).toBe(429);

    const stop = process.listeners('SIGTERM').find((listener) => !others.includes(listener));
    await stop?.('SIGTERM');
    process.removeAllListeners('SIGINT');
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    const isOfLog = (line: string): boolean => line.startsWith('{');
    const lines = errors.filter(isOfLog).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toMatchObject({ route: 'none', status: 429, code: 'REQUEST_TOO_MANY' });
    expect(errors.join('')).not.toContain(token);
  });
});
