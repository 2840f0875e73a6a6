// Files that are sent to be looked at: one that stalls is given up, so that it keeps nobody out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { answering } from '#nodes/shared/answer';
import { UPLOAD_LIMITS, Uploads } from '#nodes/spectrogram/upload';
import { until } from '../support/wait';

const LIMITS = { bytes: 1000, files: 2, stallMs: 150, allMs: 400 };

describe('files sent to be looked at', () => {
  let server: Server;
  let port = 0;

  before(async () => {
    const load = createRequire(createRequire(__filename).resolve('@node-red/editor-api'));
    const app = load('express')();
    const uploads = new Uploads(LIMITS);
    app.post(
      '/',
      answering(async (req, res) => {
        res.json({ got: await uploads.take(req, res, async bytes => bytes.length) });
      }),
    );
    server = createServer(app);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  /** Promises a length and sends what is given, piece by piece. */
  async function send(length: number | undefined, pieces: AsyncIterable<string> | string[]) {
    const headers = length === undefined ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': length };
    const sent = request({ port, method: 'POST', headers });
    const answered = once(sent, 'response');
    sent.on('error', () => {});
    sent.flushHeaders();
    for await (const piece of pieces) sent.write(piece);
    const [response] = await answered;
    let text = '';
    for await (const part of response) text += part;
    sent.destroy();
    return { status: response.statusCode as number, ...(JSON.parse(text) as { error?: string; got?: number }) };
  }
  async function* drops(count: number, everyMs: number) {
    for (let i = 0; i < count; i++) {
      yield '.';
      await new Promise(resolve => {
        setTimeout(resolve, everyMs);
      });
    }
  }

  it('are taken whole', async () => {
    assert.deepEqual(await send(3, drops(3, 20)), { status: 200, got: 3 });
  });

  it('are given up when they stall, and then others are taken', async () => {
    const stalled = [send(500, ['x']), send(500, ['x'])];
    await until('both at work', async () => (await send(1, ['x'])).status === 409, { every: 5 });
    for (const answer of await Promise.all(stalled)) {
      assert.deepEqual(answer, {
        ...{ status: 408, error: 'the file was not sent within 0.15 s; try again', code: 'too-slow' },
      });
    }
    assert.deepEqual(await send(1, ['x']), { status: 200, got: 1 });
  });

  it('are given up when they drip', async () => {
    const { status, error } = await send(500, drops(12, 50));
    assert.deepEqual([status, error], [408, 'the file was not sent within 0.4 s; try again']);
  });

  it('are refused where they are too long, or do not tell', async () => {
    assert.equal((await send(1001, [])).status, 413);
    assert.equal((await send(undefined, ['x'])).status, 411);
  });

  it('have 10 s for a sign of life in the package', () => {
    assert.ok(UPLOAD_LIMITS.stallMs <= 10_000 && UPLOAD_LIMITS.allMs <= 120_000);
  });
});
