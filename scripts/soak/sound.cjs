// What the soak's microphone hears: a healthy motor from anywhere in its recordings, and for the last minute of each
// hour the damaged one.
const { readAudioFile } = require('../../dist/src/audio/read-audio-file.js');

const HOUR = 3600;
const DAMAGED_FROM = HOUR - 60;
const BEGINNING = Date.UTC(2024, 0, 1);

async function read(files) {
  const sounds = await Promise.all(files.map(file => readAudioFile(file)));
  const pcm = new Float32Array(sounds.reduce((sum, sound) => sum + sound.pcm.length, 0));
  let at = 0;
  for (const sound of sounds) {
    pcm.set(sound.pcm, at);
    at += sound.pcm.length;
  }
  return { pcm, sampleRate: sounds[0].sampleRate };
}

/** @param files `healthy` and `damaged`, all of one rate */
module.exports = async function hear({ healthy, damaged }, seconds) {
  const [normal, strange] = await Promise.all([read(healthy), read(damaged)]);
  const { sampleRate } = normal;
  const samples = seconds * sampleRate;
  /** The message of a segment, as mic-in sends it. */
  return sequence => {
    const time = sequence * seconds;
    const { pcm } = time % HOUR >= DAMAGED_FROM ? strange : normal;
    const from = Math.floor(Math.random() * (pcm.length - samples));
    const startedAt = BEGINNING + 1000 * time;
    return {
      topic: 'soak',
      payload: Buffer.from(pcm.slice(from, from + samples).buffer),
      audio: { sampleRate, samples, seconds, startedAt, source: 'soak', sequence, overruns: 0 },
    };
  };
};
