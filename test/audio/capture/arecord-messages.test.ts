// What arecord writes, and what we make of it. The texts are those of alsa-utils 1.2.8.
import assert from 'node:assert/strict';
import {
  explainEnd,
  inaccurateRate,
  isFormatRefusal,
  isOverrun,
  parseDeviceList,
} from '#src/audio/capture/arecord-messages';

const settings = { device: 'hw:1', sampleRate: 44100 };

describe('arecord messages', () => {
  it('recognise an overrun', () => {
    assert.ok(isOverrun('overrun!!! (at least 12.345 ms long)'));
    assert.ok(!isOverrun("Recording raw data 'stdin' : Signed 32 bit Little Endian, Rate 44100 Hz, Mono"));
  });

  it('give the rate of a device that does not run at the one asked for', () => {
    assert.equal(inaccurateRate('Warning: rate is not accurate (requested = 44100Hz, got = 48000Hz)'), 48000);
    assert.equal(inaccurateRate('overrun!!! (at least 48000.000 ms long)'), undefined);
  });

  it('tell a refused sample format, for which another is tried', () => {
    assert.ok(
      isFormatRefusal(['arecord: set_params:1358: Sample format non available', 'Available formats:', '- S16_LE']),
    );
    assert.ok(!isFormatRefusal(['arecord: main:831: audio open error: No such device']));
  });

  const ends: [string, string[], string, RegExp][] = [
    [
      'an unknown name',
      [
        'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM nonesuch',
        'arecord: main:831: audio open error: No such file or directory',
      ],
      'capture-no-device',
      /^no sound device hw:1; .*list of devices/,
    ],
    [
      'a busy device',
      ['arecord: main:831: audio open error: Device or resource busy'],
      'capture-busy',
      /in use by another/,
    ],
    [
      'a forbidden device',
      ['arecord: main:831: audio open error: Permission denied'],
      'capture-permission',
      /group "audio"/,
    ],
    [
      'a missing sound server',
      ['arecord: main:831: audio open error: Connection refused'],
      'capture-sound-server',
      /PulseAudio/,
    ],
    [
      'a rate out of range',
      ['arecord: main:645: bad speed value 4400000'],
      'capture-sample-rate',
      /cannot record at 44100 Hz/,
    ],
    ['a channel count', ['arecord: set_params:1363: Channels count non available'], 'capture-channels', /plughw/],
    ['a signal', ['Aborted by signal Interrupt...'], 'capture-interrupted', /interrupted/],
    [
      'an unplugged device',
      [
        "Recording raw data 'stdin' : Signed 32 bit Little Endian, Rate 44100 Hz, Mono",
        'arecord: pcm_read:2221: read error: No such device',
      ],
      'capture-ended',
      /^no sound from hw:1; the device stopped \(arecord says: arecord: pcm_read:2221: read error: No such device\)/,
    ],
    ['an end without a word', [], 'capture-ended', /^no sound from hw:1; the device stopped\. Is it/],
  ];
  for (const [name, lines, code, text] of ends) {
    it(`explain ${name}`, () => {
      const error = explainEnd(settings, lines);
      assert.equal(error.code, code);
      assert.match(error.message, text);
    });
  }
});

describe('the list of arecord -L', () => {
  const listed = `null
    Discard all samples (playback) or generate zero samples (capture)
samplerate
    Rate Converter Plugin Using Samplerate Library
hw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Direct hardware device without any conversions
plughw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Hardware device with all software conversions
hw:CARD=Bare,DEV=0
    A card without plughw
dsnoop:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Direct sample snooping device
`;

  it('gives names with descriptions, each card once as plughw, and no mere building blocks', () => {
    assert.deepEqual(parseDeviceList(listed), [
      { id: 'default', description: 'The system’s default microphone' },
      {
        id: 'plughw:CARD=Device,DEV=0',
        description: 'USB PnP Sound Device, USB Audio, Hardware device with all software conversions',
      },
      { id: 'hw:CARD=Bare,DEV=0', description: 'A card without plughw' },
      { id: 'dsnoop:CARD=Device,DEV=0', description: 'USB PnP Sound Device, USB Audio, Direct sample snooping device' },
    ]);
  });

  it('names the default device once where arecord lists it itself', () => {
    const devices = parseDeviceList('default\n    Playback/recording through the PulseAudio sound server\n');
    assert.deepEqual(
      devices.map(({ id }) => id),
      ['default'],
    );
  });
});
