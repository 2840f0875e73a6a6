// The last sound of each spectrogram-to-audio node, for the editor to play. Only the last one, and no endless one.
import type { NodeAPI } from 'node-red';
import { Refusal } from '../shared/answer';
import { routesOf } from '../shared/routes';

/** Three minutes at 44.1 kHz, 16 bits; of longer sounds none is kept. */
const MAX_BYTES = 16 * 2 ** 20;

/** WAV files by the node's id. */
const sounds = new Map<string, Buffer>();

/** Keeps a WAV file in place of the node's last one. */
export function rememberSound(id: string, wav: Buffer): void {
  if (wav.length > MAX_BYTES) forgetSound(id);
  else sounds.set(id, wav);
}

export function lastSound(id: string): Buffer | undefined {
  return sounds.get(id);
}

export function forgetSound(id: string): void {
  sounds.delete(id);
}

/** `GET /audio-anomaly/sound/:id` → the last sound of that node as a WAV file, or 404 with `{error}` in words. */
export function registerSoundRoutes(RED: NodeAPI): void {
  routesOf(RED).get('sound/:id', (req, res) => {
    const wav = lastSound(String(req.params.id));
    if (!wav) throw new Refusal(404, 'this node has made no sound yet since it was deployed, or one too long to keep');
    res.set({ 'Content-Type': 'audio/wav', 'Cache-Control': 'no-store' }).send(wav);
  });
}
