// What a browser shows where Node-RED refuses an answer.
import assert from 'node:assert/strict';
import { refusalSentence } from '#src/live/refusal';

describe('a refusal, in words', () => {
  const text = (key: string, values = {}) => [key, ...Object.values(values)].join(' ');

  it('is the sentence that came with it', () => {
    assert.equal(refusalSentence(500, 'the disk is full', text), 'the disk is full');
  });

  it('is one in the language of the browser where none came, or none that a user could make use of', () => {
    assert.equal(refusalSentence(401, undefined, text), 'permission');
    assert.equal(refusalSentence(403, 'secret', text), 'permission');
    assert.equal(refusalSentence(0, undefined, text), 'unreachable');
    assert.equal(refusalSentence(502, undefined, text), 'server 502');
  });
});
