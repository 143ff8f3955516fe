import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut: what goes through it breaks, and nothing new comes through until it is mended. */
export class Cable {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    /** `http://127.0.0.1:PORT`, the near end. */
    readonly baseURL: string,
    private readonly server: Server,
  ) {}

  /** Lays a cable to the server at `baseURL`. */
  static async to(baseURL: string): Promise<Cable> {
    const { hostname, port } = new URL(baseURL);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    const cable = new Cable(`http://127.0.0.1:${address.port}`, server);
    server.on('connection', (near) => {
      if (cable.isCut) return near.resetAndDestroy();
      const far = connect(Number(port), hostname);
      for (const [one, other] of [[near, far], [far, near]] as const) {
        cable.sockets.add(one);
        one.pipe(other);
        one.on('error', () => {});
        one.on('close', () => {
          cable.sockets.delete(one);
          other.destroy();
        });
      }
    });
    return cable;
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Lets connections through again. */
  mend(): void {
    this.isCut = false;
  }

  /** Takes the cable away. */
  async remove(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
