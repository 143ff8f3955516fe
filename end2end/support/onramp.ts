import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const BINARY = process.env.ONRAMP_BIN ?? path.join(ROOT, 'target/debug/onramp');

const START_MS = 20_000;
const STOP_MS = 10_000;
const COMMAND_MS = 30_000;
const POLL_MS = 20;

/** Extra settings for a test server, such as `{ CATENA_CLIENT_ID: '…' }`. */
export type Settings = Record<string, string>;

/** The result of a command. */
export type Outcome = { code: number; stdout: string; stderr: string };

/** A running Onramp with its own port and temporary data. */
export class Onramp {
  private stdout = '';
  private stderr = '';
  private process: ChildProcess;

  private constructor(
    /** `http://127.0.0.1:PORT`, without a trailing slash. */
    readonly baseURL: string,
    private readonly dataDir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.process = this.launch();
  }

  /** Starts a server and resolves once `/readyz` returns 200. */
  static async start(settings: Settings = {}): Promise<Onramp> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run \`make build\` first`);
    const port = await freePort();
    const baseURL = `http://127.0.0.1:${port}`;
    const dataDir = mkdtempSync(path.join(tmpdir(), 'onramp-e2e-'));
    const env = {
      ...inherited(),
      ONRAMP_LISTEN: `127.0.0.1:${port}`,
      ONRAMP_PUBLIC_URL: baseURL,
      ONRAMP_DATA_DIR: dataDir,
      ...settings,
    };
    const onramp = new Onramp(baseURL, dataDir, env);
    try {
      await onramp.isReady();
    } catch (error) {
      await onramp.stop();
      throw error;
    }
    return onramp;
  }

  /** Restarts the server with the same address and data; awaits `meanwhile` while it is down. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await this.end();
    await meanwhile();
    this.process = this.launch();
    await this.isReady();
  }

  /** Everything the server has printed so far, standard output first, for looking into failures. */
  output(): string {
    return `${this.stdout}\n${this.stderr}`;
  }

  /** The first matching line of standard output; waits for it if necessary. */
  async line(pattern: RegExp): Promise<string> {
    let found: string | undefined;
    await this.until(`a line like ${pattern} on standard output`, async () => {
      // The text after the last line break may be an incomplete line.
      found = this.stdout.split('\n').slice(0, -1).find((line) => pattern.test(line));
      return found !== undefined;
    });
    return found!;
  }

  /** The one-time link that creates the first administrator. */
  async setupLink(): Promise<string> {
    const line = await this.line(/\/setup\?code=/);
    const link = /https?:\/\/\S*\/setup\?code=[^\s"'<>]+/.exec(line)?.[0];
    if (!link) throw new Error(`no complete address in: ${line}`);
    return link;
  }

  /** Runs `onramp ARGS…` with the server's settings while the server runs. Does not throw if the command fails. */
  cli(...args: string[]): Promise<Outcome> {
    return this.cliWithInput('', ...args);
  }

  /** Like `cli`, with `input` on standard input. */
  cliWithInput(input: string, ...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const command = execFile(
        BINARY,
        args,
        { cwd: ROOT, env: this.env, timeout: COMMAND_MS, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          // A command that was killed or could not start has no exit code.
          const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
          resolve({ code, stdout, stderr });
        },
      );
      // A command that doesn't read its input may exit before it is written.
      command.stdin?.on('error', () => {});
      command.stdin?.end(input);
    });
  }

  /** Stops the server gracefully, or by force after a timeout, and removes its data. May be called twice. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private launch(): ChildProcess {
    const child = spawn(BINARY, [], { cwd: ROOT, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.removeListener('exit', kill));
    return child;
  }

  private isReady(): Promise<void> {
    return this.until('/readyz to answer 200', async () => {
      const answer = await fetch(`${this.baseURL}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.status === 200;
    });
  }

  private async end(): Promise<void> {
    if (this.hasEnded()) return;
    const ended = once(this.process, 'exit');
    const timeout = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    this.process.kill('SIGTERM');
    await ended;
    clearTimeout(timeout);
  }

  private hasEnded(): boolean {
    return this.process.pid === undefined || this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Waits for a condition. Fails with the server's output if the server exits or time runs out. */
  private async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await holds())) {
      if (this.hasEnded()) throw new Error(`onramp ended (status ${this.process.exitCode}) before ${what}:\n${this.output()}`);
      if (Date.now() > deadline) throw new Error(`timed out after ${START_MS} ms waiting for ${what}:\n${this.output()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** The environment without Onramp's settings, so that a developer's shell doesn't affect the tests. */
function inherited(): NodeJS.ProcessEnv {
  const ours = /^(ONRAMP_|CATENA_|LEPTOS_|DATABASE_URL$|RUST_LOG$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
