import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy to a server that can be cut: open connections break, and new ones are refused until it is repaired. */
export class Cable {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    /** `http://127.0.0.1:PORT`, the end to connect to. */
    readonly baseURL: string,
    private readonly server: Server,
  ) {}

  /** Starts a proxy to the server at `baseURL`. */
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

  /** Stops the proxy. */
  async remove(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
