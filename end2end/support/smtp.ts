import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A received mail, with subject and text decoded. */
export type Mail = { from: string; to: string; subject: string; text: string; raw: string };

/** A mail server that accepts and keeps every mail. */
export class Smtp {
  private readonly mails: Mail[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    /** `smtp://127.0.0.1:PORT`, for `ONRAMP_SMTP_URL`. */
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** Starts one on a free port. */
  static async start(): Promise<Smtp> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const smtp = new Smtp(`smtp://127.0.0.1:${port}`, server);
    server.on('connection', (socket) => {
      smtp.sockets.add(socket.on('error', () => {}).on('close', () => smtp.sockets.delete(socket)));
      void smtp.converse(socket).catch(() => {});
    });
    return smtp;
  }

  /** Waits for at least this many mails and returns them. */
  async until(count: number): Promise<readonly Mail[]> {
    const signal = AbortSignal.timeout(20_000);
    while (this.mails.length < count) await once(this.server, 'mail', { signal });
    return this.mails;
  }

  /** Closes all connections and frees the port. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async converse(socket: Socket): Promise<void> {
    const say = (line: string) => socket.write(`${line}\r\n`);
    const told: Record<string, string> = {};
    let data: string[] | undefined;
    say('220 mail.test at your service');
    for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
      if (data && line !== '.') {
        data.push(line.replace(/^\./, ''));
        continue;
      }
      if (data) {
        this.mails.push({ from: told.MAIL ?? '', to: told.RCPT ?? '', ...read(data.join('\n')) });
        this.server.emit('mail');
      }
      const verb = line.slice(0, 4).toUpperCase();
      told[verb] = /<(.*)>/.exec(line)?.[1] ?? '';
      data = verb === 'DATA' ? [] : undefined;
      say({ DATA: '354 Go ahead', QUIT: '221 Bye' }[verb] ?? '250 Fine');
      if (verb === 'QUIT') socket.end();
    }
  }
}

function read(raw: string): Omit<Mail, 'from' | 'to'> {
  const end = raw.indexOf('\n\n');
  const [head, body] = [raw.slice(0, end).replaceAll('\n ', ' '), raw.slice(end + 2).trimEnd()];
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
  const base64 = (text: string) => Buffer.from(text, 'base64').toString();
  const subject = header('subject').replaceAll('?= =?', '?==?').replace(/=\?utf-8\?b\?(.*?)\?=/gi, (_, word) => base64(word));
  const encoding = header('content-transfer-encoding');
  // Each `=XX` is a byte, like `%XX` in a URL.
  const unquoted = () => decodeURIComponent(body.replaceAll('=\n', '').replaceAll('%', '=25').replaceAll('=', '%'));
  const text = encoding === 'base64' ? base64(body) : encoding === 'quoted-printable' ? unquoted() : body;
  return { subject, text: text.replaceAll('\r\n', '\n'), raw };
}
