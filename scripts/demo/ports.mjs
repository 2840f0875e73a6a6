// Free TCP ports on the loopback address.
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

function isFree(port) {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: HOST, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The first free port from `wanted` on. */
export async function freePort(wanted) {
  for (let port = wanted; port < wanted + 100; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(
    `No free port from ${wanted} to ${wanted + 99} on ${HOST}; end one of the programs that listen there.`,
  );
}
